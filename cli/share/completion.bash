# bash completion for oomwhy; ids and units come from the logs that the line names, else from this machine's.

_oomwhy_words() {
  local -a inputs=()
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == */* || $word == *.@(log|txt|json|journal|gz|xz|zst|bz2|lz4|[0-9]) ]] && [[ -e $word ]] && inputs+=("$word")
  done
  timeout 2 oomwhy list -o json "${inputs[@]}" </dev/null 2>/dev/null |
    grep -oE '"(id|unit)": ?"[^"\\]+"' | cut -d'"' -f4 | sort -u
}

_oomwhy() {
  # shellcheck disable=SC2034 # _init_completion wants all four
  local cur prev words cword
  _init_completion -n := 2>/dev/null || {
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
  }
  local command=explain word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in explain | list | report | advise | scan | doctor)
      command=$word
      break
      ;;
    esac
  done
  local common='--color= --no-pager --quiet --output= --help --version'
  local reading='--input= --file= --directory= --root= --machine= --namespace= --merge --kmsg --assume-timezone= --assume-year= --host= --redact --redact-key= --conf='
  local selection='--boot= --since= --until= --unit= --scope= --killer= --all --reverse --utc --show-evidence'
  local options
  case $command in
    scan) options="$common $reading --cursor-file= --textfile= --fail-on= --jobs=" ;;
    doctor) options="$common --root=" ;;
    advise) options="$common $reading $selection --what-if= --out= --force --for=" ;;
    explain) options="$common $reading $selection --follow" ;;
    *) options="$common $reading $selection" ;;
  esac
  local value=${cur#*=}
  case $cur in
    --color=*) mapfile -t COMPREPLY < <(compgen -P --color= -W 'auto always never' -- "$value") ;;
    --fail-on=*) mapfile -t COMPREPLY < <(compgen -P --fail-on= -W 'none incident loop' -- "$value") ;;
    --scope=*) mapfile -t COMPREPLY < <(compgen -P --scope= -W 'host cgroup cpuset memory_policy' -- "$value") ;;
    --output=*) mapfile -t COMPREPLY < <(compgen -P --output= -W 'text full markdown json json-lines' -- "$value") ;;
    --for=*) mapfile -t COMPREPLY < <(compgen -P --for= -W 'upstart nosh openrc runit wrapper cgexec choom docker kubernetes' -- "$value") ;;
    --unit=*) mapfile -t COMPREPLY < <(compgen -P --unit= -W "$(_oomwhy_words)" -- "$value") ;;
    --directory=* | --root=* | --out=*) mapfile -t COMPREPLY < <(compgen -P "${cur%%=*}=" -d -- "$value") ;;
    --input=* | --file=* | --cursor-file=* | --textfile=*) mapfile -t COMPREPLY < <(compgen -P "${cur%%=*}=" -f -- "$value") ;;
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur") ;;
    *)
      case $prev in
        -o) mapfile -t COMPREPLY < <(compgen -W 'text full markdown json json-lines' -- "$cur") ;;
        -D) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        -u) mapfile -t COMPREPLY < <(compgen -W "$(_oomwhy_words)" -- "$cur") ;;
        *)
          mapfile -t COMPREPLY < <(compgen -f -- "$cur")
          if [[ $COMP_CWORD -eq 1 ]]; then
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W 'explain list report advise scan doctor' -- "$cur")
          fi
          if [[ $command != scan && $command != doctor && $cur != */* && -n $cur ]]; then
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(_oomwhy_words)" -- "$cur")
          fi
          ;;
      esac
      ;;
  esac
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == --*= ]]; then compopt -o nospace 2>/dev/null; fi
  return 0
}

complete -F _oomwhy oomwhy
