# Completion of signac in fish. To use it, put into ~/.config/fish/config.fish:
#     signac completion fish | source

function __signac_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    string match -qr '(^|/)signac[^/]*$' -- $program; or set program signac
    set -l lines ($program completion --words fish $words "$current" 2>/dev/null)
    set -l kind $lines[1]
    if contains -- "$kind" files directories
        # Paths are those that fish itself would offer, behind an option if there is one.
        set -l option (string match -r -- '^--[^=]*=' "$current")
        for path in (complete -C "'' "(string replace -- "$option" '' "$current"))
            if test "$kind" = files; or string match -qr '/(\t|$)' -- $path
                printf '%s\n' "$option$path"
            end
        end
        return
    end
    printf '%s\n' $lines[2..-1]
end

complete -c signac -e
complete -c signac -k -f -a '(__signac_complete)'
