using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Banyan.Cli.Output;
using Banyan.Cli.Verbs;

namespace Banyan.Cli;

/// <summary>The frame around every verb: parsing, help, errors in one line, exit codes.</summary>
internal static class CommandLine
{
    /// <summary>The version of this build.</summary>
    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Runs a command line to its end.</summary>
    /// <returns>The exit code: one of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, TimeProvider time)
    {
        using var interruption = new Interruption();
        var parsed = Root(new VerbContext(terminal, interruption, time)).Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
            return (int)ComplainAboutInput(parsed, terminal);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception)
        {
            return (int)FailureReport.Show(exception, terminal, interruption, time);
        }
    }

    private static RootCommand Root(VerbContext context)
    {
        var root = new RootCommand("Runs a public platform across regions from one blueprint, and proves that it survives losing any of them.");
        foreach (var verb in VerbList.Create())
        {
            verb.Bind(context);
            root.Add(verb);
        }

        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
                option.Action = new HelpWithExamples(help);
            else if (option is VersionOption)
                option.Action = new VersionAction();
        }

        root.SetAction(static parsed => new HelpAction().Invoke(parsed));
        return root;
    }

    private static ExitCode ComplainAboutInput(ParseResult parsed, Terminal terminal)
    {
        var verb = parsed.CommandResult.Command is Verb { Hidden: false } named ? $"banyan {PathOf(named)} --help" : "banyan --help";
        foreach (var message in parsed.Errors.Select(e => e.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal))
            terminal.Complain($"{char.ToLowerInvariant(message[0])}{message[1..]}; see `{verb}`");
        return ExitCode.CouldNotRun;
    }

    private static string PathOf(Verb verb) => verb.Parents.OfType<Verb>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {verb.Name}" : verb.Name;

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"banyan {Version}");
            return (int)ExitCode.Holds;
        }
    }

    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            inner.Invoke(parseResult);
            if (parseResult.CommandResult.Command is not Verb { Examples: { Count: > 0 } examples })
                return (int)ExitCode.Holds;
            var output = parseResult.InvocationConfiguration.Output;
            var width = examples.Max(e => e.Command.Length);
            output.WriteLine("Examples:");
            foreach (var (command, does) in examples)
                output.WriteLine($"  {command.PadRight(width)}  {does}");
            output.WriteLine();
            return (int)ExitCode.Holds;
        }
    }
}
