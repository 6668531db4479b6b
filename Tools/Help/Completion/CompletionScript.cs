using System.CommandLine;
using System.Text;

namespace ManualVae.Tools.Help.Completion;

/// <summary>Scripts that complete the words of a command line. They hold all words and do not start the program.</summary>
internal static class CompletionScript
{
    /// <summary>The shells there are scripts for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <summary>The script.</summary>
    /// <param name="shell">One of <see cref="Shells"/>.</param>
    /// <param name="root">The program.</param>
    public static string For(string shell, Command root)
    {
        CompletedVerb[] verbs = [.. CompletedVerb.All(root)];
        return shell switch { "bash" => Bash(verbs), "zsh" => Zsh(verbs), "fish" => Fish(verbs), _ => PowerShell(verbs) };
    }

    private static string Bash(CompletedVerb[] verbs)
    {
        const string orFolder = "; [[ $word == -* ]] || kind=folder";
        return $$"""
        # manualvae completion bash
        _manualvae() {
          COMPREPLY=()
          local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb= words= i
          if [[ $word == "=" ]]; then word=; elif [[ $before == "=" ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
          for ((i = 1; i < COMP_CWORD; i++)); do
            case "$verb ${COMP_WORDS[i]}" in
              {{Paths(verbs, "|")}}) verb="${verb:+$verb }${COMP_WORDS[i]}" ;;
            esac
          done
          local kind=words
          case "$verb $before" in
        {{Cases(verbs, words => $"words='{words}'", "kind=folder", "kind=file", "return")}}
            *) case "$verb" in
        {{Lines(verbs, v => $"\"{v.Path}\") words='{Joined(v)}'{(TakesFolders(v) ? orFolder : "")} ;;")}}
            esac ;;
          esac
          case $kind in
            folder) local IFS=$'\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$word")) ;;
            file) local IFS=$'\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
            *) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
          esac
        }
        complete -F _manualvae manualvae

        """;
    }

    private static string Zsh(CompletedVerb[] verbs) => $$"""
        #compdef manualvae
        # manualvae completion zsh
        _manualvae() {
          local verb= before=${words[CURRENT-1]} i
          for ((i = 2; i < CURRENT; i++)); do
            case "$verb ${words[i]}" in
              {{Paths(verbs, "|")}}) verb="${verb:+$verb }${words[i]}" ;;
            esac
          done
          case "$verb $before" in
        {{Cases(verbs, words => $"compadd -- {words}", "_files -/", "_files", "true")}}
            *) case "$verb" in
        {{Lines(verbs, v => $"\"{v.Path}\") compadd -- {Joined(v)}{(TakesFolders(v) ? "; _files -/" : "")} ;;")}}
            esac ;;
          esac
        }
        if [[ "$funcstack[1]" == "_manualvae" ]]; then _manualvae "$@"; else compdef _manualvae manualvae; fi

        """;

    private static string Fish(CompletedVerb[] verbs)
    {
        var script = new StringBuilder($$"""
            # manualvae completion fish
            function __manualvae_at
                set -l verb
                for word in (commandline -opc)[2..-1]
                    switch "$verb $word"
                        case {{Paths(verbs, " ")}}
                            set verb $verb $word
                    end
                end
                test "$verb" = "$argv"
            end
            complete -c manualvae -f

            """);
        foreach (var verb in verbs)
        {
            string at = $"complete -c manualvae -n '{$"__manualvae_at {verb.Path}".Trim()}'";
            foreach (var child in verb.Verbs)
                script.Append($"{at} -a {child.Name} -d {Quoted(child.Description ?? "")}\n");
            if (verb.Free.Words.Count > 0) script.Append($"{at} -a '{string.Join(' ', verb.Free.Words)}'\n");
            if (TakesFolders(verb)) script.Append($"{at} -a '(__fish_complete_directories)'\n");
            foreach (var (name, meaning, values) in verb.Flags)
                script.Append($"{at} -l {name.TrimStart('-')} {values.Kind switch
                {
                    ValueKind.Switch => "",
                    ValueKind.Words => $"-x -a '{string.Join(' ', values.Words)}' ",
                    ValueKind.Folder => "-x -a '(__fish_complete_directories)' ",
                    ValueKind.File => "-r -F ",
                    _ => "-x ",
                }}-d {Quoted(HelpText.Wrapped(meaning, 60).FirstOrDefault() ?? "")}\n");
        }
        return script.ToString();

        static string Quoted(string text) =>
            $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";
    }

    private static string PowerShell(CompletedVerb[] verbs) => $$"""
        # manualvae completion powershell
        Register-ArgumentCompleter -Native -CommandName manualvae -ScriptBlock {
          param($word, $line, $cursor)
          $words = @{
        {{Lines(verbs, v => $"'{v.Path}' = '{Joined(v)}'")}}
          }
          $values = @{
        {{string.Join('\n', Values(verbs).SelectMany(v => v.Flags, (v, flag) => $"    '{flag}' = '{v.Words}'"))}}
          }
          $verb = ''; $before = ''
          foreach ($element in $line.CommandElements | Select-Object -Skip 1) {
            if ($element.Extent.EndOffset -ge $cursor -and $word) { break }
            $before = $element.ToString()
            $longer = "$verb $before".Trim()
            if ($words.ContainsKey($longer)) { $verb = $longer }
          }
          $next = if ($values.ContainsKey("$verb $before")) { $values["$verb $before"] } else { $words[$verb] }
          $next.Split(' ') | Where-Object { $_ -and $_ -like "$word*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;

    // " data" for a verb, "data import" for one in it: what is known before the word, a blank and the word.
    private static string Paths(CompletedVerb[] verbs, string between) =>
        string.Join(between, verbs.Where(v => v.Path.Length > 0)
            .Select(v => v.Path.Contains(' ', StringComparison.Ordinal) ? $"'{v.Path}'" : $"' {v.Path}'"));

    private static string Joined(CompletedVerb verb) => string.Join(' ', verb.Words);

    private static bool TakesFolders(CompletedVerb verb) => verb.Free.Kind == ValueKind.Folder;

    private static string Lines(IEnumerable<CompletedVerb> verbs, Func<CompletedVerb, string> line) =>
        string.Join('\n', verbs.Select(verb => $"      {line(verb)}"));

    // What follows flags, in the form of sh's case: flags with the same values stand together.
    private static string Cases(CompletedVerb[] verbs, Func<string, string> words, string folder, string file, string free) =>
        string.Join('\n', Values(verbs).Select(v =>
            $"    {string.Join('|', v.Flags.Select(flag => $"\"{flag}\""))}) {v.Kind switch
            {
                ValueKind.Words => words(v.Words),
                ValueKind.Folder => folder,
                ValueKind.File => file,
                _ => free,
            }} ;;"));

    private static IEnumerable<(ValueKind Kind, string Words, string[] Flags)> Values(CompletedVerb[] verbs) =>
        from verb in verbs
        from flag in verb.Flags
        where flag.Values.Kind != ValueKind.Switch
        group $"{verb.Path} {flag.Name}" by (flag.Values.Kind, string.Join(' ', flag.Values.Words)) into same
        select (same.Key.Kind, same.Key.Item2, same.ToArray());
}
