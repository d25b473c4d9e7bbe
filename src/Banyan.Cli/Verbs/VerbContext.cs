using Banyan.Cli.Output;

namespace Banyan.Cli.Verbs;

/// <summary>What every verb is given beside its options.</summary>
/// <param name="Terminal">Where to write.</param>
/// <param name="Interruption">Ctrl-C and SIGTERM.</param>
/// <param name="Time">The clock.</param>
internal sealed record VerbContext(Terminal Terminal, Interruption Interruption, TimeProvider Time);
