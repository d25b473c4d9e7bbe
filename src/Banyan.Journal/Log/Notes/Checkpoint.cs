using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Journal.Log.Notes;

/// <summary>What a log says it is: its tree's size and root (C2SP tlog-checkpoint). Immutable.</summary>
/// <param name="Origin">Which log.</param>
/// <param name="Size">How many entries it has.</param>
/// <param name="Root">The tree's root.</param>
public sealed record Checkpoint(string Origin, long Size, MerkleHash Root)
{
    private const int LongestOrigin = 255;

    /// <summary>Lines after the three; ours have none.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>The note's text.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n") + string.Concat(Extensions.Select(static e => e + "\n"));

    /// <summary>Reads a note's text.</summary>
    /// <param name="text">See <see cref="SignedNote.Text"/>.</param>
    /// <param name="checkpoint">What it says.</param>
    /// <param name="problem">Why it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Checkpoint? checkpoint, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        (checkpoint, problem) = (null, null);
        var lines = text.Split('\n');
        if (lines is not [{ Length: > 0 and <= LongestOrigin } origin, var sizeText, var rootText, .. var more, ""] || more.Contains(""))
            problem = "is no checkpoint: lines with origin, size and root";
        else if (!TrySize(sizeText, out var size))
            problem = $"says its size is '{(sizeText.Length > 30 ? sizeText[..30] : sizeText)}', which is no size";
        else if (!MerkleHash.TryParse(rootText, out var root))
            problem = "says a root that is not 32 bytes in base64";
        else
            checkpoint = new Checkpoint(origin, size, root) { Extensions = more };
        return checkpoint is not null;
    }

    /// <summary>Reads a size: decimal, no leading zeroes, below 2^63.</summary>
    public static bool TrySize(ReadOnlySpan<char> text, out long size)
    {
        size = 0;
        return text.Length > 0 && (text.Length == 1 || text[0] != '0') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }
}
