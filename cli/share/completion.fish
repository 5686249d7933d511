# fish completion for oomwhy; ids and units come from the logs that the line names, else from this machine's.

function __oomwhy_words
    set -l inputs
    for word in (commandline -opc)[2..-1]
        if string match -qr '/|\.(log|txt|json|journal|gz|xz|zst|bz2|lz4|[0-9])$' -- $word; and test -e $word
            set -a inputs $word
        end
    end
    timeout 2 oomwhy list -o json $inputs </dev/null 2>/dev/null | string match -rg '"(?:id|unit)": ?"([^"\\\\]+)"' | sort -u
end

set -l commands explain list report advise scan doctor
set -l reads "not __fish_seen_subcommand_from doctor"
set -l explains "not __fish_seen_subcommand_from list report advise scan doctor"
set -l selects "not __fish_seen_subcommand_from doctor scan"

complete -c oomwhy -n __fish_use_subcommand -a explain -d 'The full story of the latest incident'
complete -c oomwhy -n __fish_use_subcommand -a list -d 'One line an incident'
complete -c oomwhy -n __fish_use_subcommand -a report -d 'Markdown for a ticket'
complete -c oomwhy -n __fish_use_subcommand -a advise -d 'Settings, never applied'
complete -c oomwhy -n __fish_use_subcommand -a scan -d 'What is new since the last scan'
complete -c oomwhy -n __fish_use_subcommand -a doctor -d 'Can this host explain its next kill'
complete -c oomwhy -n $selects -a '(__oomwhy_words)' -d 'Incident or unit'

complete -c oomwhy -s o -l output -x -a 'text full markdown json json-lines' -d Format
complete -c oomwhy -l color -x -a 'auto always never' -d Colour
complete -c oomwhy -l no-pager -d 'Straight to standard output'
complete -c oomwhy -s q -l quiet -d 'No notes'
complete -c oomwhy -s h -l help -d Help
complete -c oomwhy -l version -d Version
complete -c oomwhy -l root -x -a '(__fish_complete_directories)' -d 'Root of another system'
complete -c oomwhy -n $reads -s i -l input -r -d 'Read a file or folder'
complete -c oomwhy -n $reads -l file -r -d 'Journal file'
complete -c oomwhy -n $reads -s D -l directory -x -a '(__fish_complete_directories)' -d 'Journal folder'
complete -c oomwhy -n $reads -s M -l machine -x -d 'Journal of a container'
complete -c oomwhy -n $reads -l namespace -x -d 'Journal namespace'
complete -c oomwhy -n $reads -s m -l merge -d 'All journals'
complete -c oomwhy -n $reads -l kmsg -d 'The ring buffer of the running kernel'
complete -c oomwhy -n $explains -l follow -d 'Print each incident when it is over'
complete -c oomwhy -n $reads -l assume-timezone -x -d 'Zone of the log'
complete -c oomwhy -n $reads -l assume-year -x -d 'Year of the log'
complete -c oomwhy -n $reads -l host -x -d 'Host of the log'
complete -c oomwhy -n $reads -l redact -d 'Placeholders in place of names'
complete -c oomwhy -n $reads -l redact-key -r -d 'The same placeholders on every host'
complete -c oomwhy -n $reads -l conf -r -d 'In place of /etc/oomwhy.conf'
complete -c oomwhy -n $selects -s b -l boot -x -d 'One boot'
complete -c oomwhy -n $selects -s S -l since -x -d 'Not before'
complete -c oomwhy -n $selects -s U -l until -x -d 'Not after'
complete -c oomwhy -n $selects -s u -l unit -x -a '(__oomwhy_words)' -d 'Of this unit'
complete -c oomwhy -n $selects -l scope -x -a 'host cgroup cpuset memory_policy' -d 'Of this scope'
complete -c oomwhy -n $selects -l killer -x -a 'kernel systemd-oomd earlyoom nohang oomd' -d 'By this killer'
complete -c oomwhy -n $selects -s a -l all -d 'Every one'
complete -c oomwhy -n $selects -s n -x -d 'The last N'
complete -c oomwhy -n $selects -s r -l reverse -d 'Newest first'
complete -c oomwhy -n $selects -l utc -d 'Times in UTC'
complete -c oomwhy -n $selects -l show-evidence -d 'The lines behind each sentence'
complete -c oomwhy -n '__fish_seen_subcommand_from advise' -l what-if -x -d 'Who would have died'
complete -c oomwhy -n '__fish_seen_subcommand_from advise' -l out -x -a '(__fish_complete_directories)' -d 'Drop-ins as files'
complete -c oomwhy -n '__fish_seen_subcommand_from advise' -l force -d 'Over what is there'
complete -c oomwhy -n '__fish_seen_subcommand_from advise' -l for -x -a 'upstart nosh openrc runit wrapper cgexec choom docker kubernetes' -d 'In the words of'
complete -c oomwhy -n '__fish_seen_subcommand_from scan' -l cursor-file -r -d 'Go on where the last scan ended'
complete -c oomwhy -n '__fish_seen_subcommand_from scan' -l textfile -r -d 'Counters for node_exporter'
complete -c oomwhy -n '__fish_seen_subcommand_from scan' -l fail-on -x -a 'none incident loop' -d 'What makes the exit status 1'
complete -c oomwhy -n '__fish_seen_subcommand_from scan' -l jobs -x -d 'Sources at once'
