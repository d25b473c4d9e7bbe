namespace Banyan.Cli.Output;

/// <summary>How a verb answers.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs: one JSON document, alone on stdout.</summary>
    Json,
}
