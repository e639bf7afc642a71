# Completion of signac in fish. To use it, put into ~/.config/fish/config.fish:
#     signac completion fish | source

function __signac_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    string match -qr '(^|/)signac[^/]*$' -- $program; or set program signac
    set -l lines ($program completion --words fish $words "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path $current
        case directories
            __fish_complete_directories $current
        case '*'
            printf '%s\n' $lines[2..-1]
    end
end

complete -c signac -e
complete -c signac -k -f -a '(__signac_complete)'
