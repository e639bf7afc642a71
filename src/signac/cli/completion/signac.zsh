#compdef signac
# Completion of signac in zsh. To use it, put into ~/.zshrc:  eval "$(signac completion zsh)"

_signac() {
    local program=${words[1]} line
    local -a typed lines candidates shown begun begun_shown
    local -i width=0 status_here=1
    program=${program/#\~/$HOME}
    [[ ${program:t} == signac* ]] || program=signac
    typed=("${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}")
    lines=("${(@f)$("$program" completion --words zsh "${typed[@]}" 2>/dev/null)}")
    case ${lines[1]} in
        files) compset -P '--*='; _files; return ;;
        directories) compset -P '--*='; _files -/; return ;;
    esac
    for line in "${(@)lines[2,-1]%%$'\t'*}"; do
        (( ${#line} > width )) && width=${#line}
    done
    for line in "${(@)lines[2,-1]}"; do
        local word=${line%%$'\t'*} help=${line#*$'\t'}
        [[ -n $help ]] && help="${(r:width:)word}  -- $help" || help=$word
        if [[ $word == *[=.] ]]; then # a beginning of a word, which goes on
            begun+=("$word")
            begun_shown+=("$help")
        else
            candidates+=("$word")
            shown+=("$help")
        fi
    done
    if [[ ${lines[2]} == *$'\t'?* ]]; then
        compadd -V described -l -d shown -a candidates && status_here=0
    else
        compadd -V words -a candidates && status_here=0
    fi
    compadd -S '' -d begun_shown -a begun && status_here=0
    return status_here
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _signac "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _signac signac
fi
