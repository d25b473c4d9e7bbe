using System.Text.Json;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Evm;

/// <summary>Public vectors of Ethereum and Wycheproof.</summary>
internal static class EvmVectors
{
    /// <summary>A file of vectors; skips the test where it is not here.</summary>
    public static JsonElement Read(string relative)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path(relative)));
        return document.RootElement.Clone();
    }

    /// <summary>A file or folder of vectors; skips the test where it is not here.</summary>
    public static string Path(string relative)
    {
        var path = SharedVectors.Find(relative);
        Assert.SkipWhen(path is null, "The shared vectors are not here.");
        return path!;
    }

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.StartsWith("0x", StringComparison.Ordinal) ? hex.AsSpan(2) : hex);
}
