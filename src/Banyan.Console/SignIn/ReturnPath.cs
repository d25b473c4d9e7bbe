namespace Banyan.Console.SignIn;

/// <summary>Where a person goes on after signing in: a page of the console, never anywhere else. Pure.</summary>
internal static class ReturnPath
{
    public const string First = "/";
    private const string Regions = "/console/regions/";
    private const int Longest = 200;

    /// <summary>The path, or the first page's where the text is no page of ours.</summary>
    public static string Read(string? text) => text is { Length: <= Longest } && (text == "/console" || text.StartsWith(Regions, StringComparison.Ordinal) && IsName(text.AsSpan(Regions.Length))) ? text : First;

    /// <summary>As a parameter of an address, with what comes before it; empty for the first page.</summary>
    public static string Query(char separator, string path) => path == First ? "" : $"{separator}return_to={Uri.EscapeDataString(path)}";

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        return text.Length > 0;
    }
}
