/** Shells that complete `wheelhouse`, in the order of the help text. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** The line that says that names of files belong here. */
export const FILES = ':files';

/**
 * The script that a shell reads at its start. It asks `wheelhouse __complete WORD…` for the words that fit, one a line:
 * a line `:files` says that the shell completes names of files itself.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for wheelhouse: source <(wheelhouse completion bash)
_wheelhouse() {
  local IFS=$'\\n'
  COMPREPLY=($(wheelhouse __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ "\${COMPREPLY[0]}" == '${FILES}' ]]; then
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _wheelhouse wheelhouse`,
  zsh: `#compdef wheelhouse
# zsh completion for wheelhouse: source <(wheelhouse completion zsh)
_wheelhouse() {
  local -a found
  found=("\${(@f)$(wheelhouse __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${found[1]}" == '${FILES}' ]]; then
    _files
  elif [[ -n "\${found[1]}" ]]; then
    compadd -- "\${found[@]}"
  fi
}
compdef _wheelhouse wheelhouse`,
  fish: `# fish completion for wheelhouse: wheelhouse completion fish | source
function __wheelhouse_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (wheelhouse __complete -- $words[2..-1] 2>/dev/null)
  if test "$found[1]" = '${FILES}'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c wheelhouse -f -a '(__wheelhouse_complete)'`,
  powershell: `# PowerShell completion for wheelhouse: wheelhouse completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName wheelhouse -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '""' }
  $found = @(wheelhouse __complete '--' @words 2>$null)
  if ($found.Count -eq 0 -or $found[0] -eq '${FILES}') { return }
  $found | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}`,
};
