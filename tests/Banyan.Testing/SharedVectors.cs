using System.Runtime.CompilerServices;

namespace Banyan.Testing;

/// <summary>Public test data beside the repository (<c>../shared/vectors</c>); a test whose vectors are absent is skipped and says so.</summary>
public static class SharedVectors
{
    /// <summary>The repository's root.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Path of a vector file or folder, or null where the vectors are absent.</summary>
    public static string? Find(string relative)
    {
        var path = Path.Combine(Repository, "..", "shared", "vectors", relative);
        return File.Exists(path) || Directory.Exists(path) ? Path.GetFullPath(path) : null;
    }

    private static string FindRepository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
