#compdef oomwhy
# zsh completion for oomwhy; ids and units come from the logs that the line names, else from this machine's.

_oomwhy_words() {
  local -a inputs found
  local word
  for word in ${words[2,CURRENT-1]}; do
    [[ $word == */* || $word == *.(log|txt|json|journal|gz|xz|zst|bz2|lz4|<->) ]] && [[ -e $word ]] && inputs+=$word
  done
  found=(${(f)"$(timeout 2 oomwhy list -o json $inputs </dev/null 2>/dev/null | grep -oE '"(id|unit)": ?"[^"\\]+"' | cut -d'"' -f4 | sort -u)"})
  compadd -a found
}

_oomwhy_inputs() { _alternative 'matches:incident or unit:_oomwhy_words' 'files:input:_files' }

_oomwhy() {
  local curcontext=$curcontext state line
  local -a common reading selection
  common=(
    '(-o --output)'{-o+,--output=}'[format]:format:(text full markdown json json-lines)'
    '--color=[when to colour]:when:(auto always never)'
    '--no-pager[straight to standard output]'
    '(-q --quiet)'{-q,--quiet}'[no notes]'
    '(-h --help)'{-h,--help}'[help]'
    '--version[version]'
  )
  reading=(
    '*'{-i+,--input=}'[read a file or folder]:input:_files'
    '*--file=[journal file]:journal:_files'
    '(-D --directory)'{-D+,--directory=}'[journal folder]:folder:_directories'
    '--root=[root of another system]:folder:_directories'
    '(-M --machine)'{-M+,--machine=}'[journal of a container]:machine:'
    '--namespace=[journal namespace]:namespace:'
    '(-m --merge)'{-m,--merge}'[all journals]'
    '--kmsg[the ring buffer of the running kernel]'
    '--assume-timezone=[zone of the log]:zone:'
    '--assume-year=[year of the log]:year:'
    '--host=[host of the log]:host:_hosts'
    '--redact=-[put placeholders in place of]:what:(none cmdline all)'
    '--redact-key=[the same placeholders on every host]:file:_files'
    '--conf=[in place of /etc/oomwhy.conf]:file:_files'
  )
  selection=(
    '(-b --boot)'{-b+,--boot=}'[one boot]:boot:'
    '(-S --since)'{-S+,--since=}'[not before]:time:'
    '(-U --until)'{-U+,--until=}'[not after]:time:'
    '*'{-u+,--unit=}'[of this unit]:unit:_oomwhy_words'
    '*--scope=[of this scope]:scope:(host cgroup cpuset memory_policy)'
    '*--killer=[by this killer]:killer:(kernel systemd-oomd earlyoom nohang oomd)'
    '(-a --all)'{-a,--all}'[every one]'
    '-n+[the last N]:number:'
    '-1[the last]'
    '(-r --reverse)'{-r,--reverse}'[newest first]'
    '--utc[times in UTC]'
    '--show-evidence[the lines behind each sentence]'
  )
  local command=${words[2]}
  case $command in
    scan)
      _arguments -s '1:command:' $common $reading '--cursor-file=[go on where the last scan ended]:file:_files' \
        '--textfile=[counters for node_exporter]:file:_files' \
        '--fail-on=[what makes the exit status 1]:what:(none incident loop)' '--jobs=[sources at once]:number:' \
        '*:input:_files' ;;
    doctor) _arguments -s '1:command:' $common '--root=[another root]:folder:_directories' ;;
    advise)
      _arguments -s '1:command:' $common $reading $selection '*--what-if=[who would have died]:assumption:' \
        '--out=[drop-ins as files]:folder:_directories' '--force[over what is there]' \
        '--for=[in the words of]:kind:(upstart nosh openrc runit wrapper cgexec choom docker kubernetes)' \
        '*:input or match:_oomwhy_inputs' ;;
    list|report)
      _arguments -s '1:command:' $common $reading $selection '*:input or match:_oomwhy_inputs' ;;
    *)
      _arguments -s '1:command:_oomwhy_first' $common $reading $selection \
        '--follow[print each incident when it is over]' '*:input or match:_oomwhy_inputs' ;;
  esac
}

_oomwhy_first() {
  local -a commands=(
    'explain:the full story of the latest incident'
    'list:one line an incident'
    'report:Markdown for a ticket'
    'advise:settings, never applied'
    'scan:what is new since the last scan'
    'doctor:can this host explain its next kill'
  )
  _describe command commands
  _oomwhy_inputs
}

_oomwhy "$@"
