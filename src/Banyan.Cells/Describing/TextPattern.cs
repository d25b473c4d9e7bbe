using System.Text.RegularExpressions;

namespace Banyan.Cells.Describing;

/// <summary>What a text must look like. Made once and kept; thread-safe.</summary>
/// <param name="Expression">A regular expression of the whole text, in what ECMA-262 and .NET have in common, without anchors. It is run in time linear in the text.</param>
/// <param name="Words">The same for people, as the end of "must be …": <c>a time such as 2026-03-01T12:00:00Z</c>.</param>
public sealed record TextPattern(string Expression, string Words)
{
    private Regex? _regex; // made when first asked for: most endpoints of a process are never called

    /// <summary>As JSON Schema has it, where patterns match anywhere.</summary>
    internal string Anchored => $"^(?:{Expression})$";

    /// <summary>Whether a text, all of it, is like this.</summary>
    public bool Fits(string text) => (_regex ??= new Regex($"^(?:{Expression})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)).IsMatch(text);
}
