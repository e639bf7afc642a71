# Completion of signac in bash. To use it, put into ~/.bashrc:  eval "$(signac completion bash)"

_signac_completion() {
    local program=$1 typed=${COMP_LINE:0:COMP_POINT} kind= line
    COMPREPLY=()
    [[ $program == \~/* ]] && program=$HOME/${program:2}
    [[ ${program##*/} == signac* ]] || program=signac
    [[ $typed ]] || typed="${COMP_WORDS[*]:0:COMP_CWORD + 1}"
    while IFS= read -r line; do
        if [[ $kind ]]; then
            COMPREPLY+=("$line")
        else
            kind=$line
        fi
    done < <("$program" completion --words bash "$typed" "$COMP_WORDBREAKS" 2>/dev/null)
    if ! type compopt &>/dev/null; then # bash 3
        local current=${COMP_WORDS[COMP_CWORD]}
        case $kind in
            files) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
            directories) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
        esac
        return
    fi
    case $kind in
        files) compopt -o default 2>/dev/null ;;
        directories) compopt -o dirnames 2>/dev/null ;;
        *) compopt -o nosort 2>/dev/null ;;
    esac
    # A beginning of a word, which goes on.
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=.] ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -F _signac_completion signac
