using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Banyan.Console.Assets;

/// <summary>Style, script and pictures, held in the assembly. An address carries the hash of its content, so browsers keep it for good.</summary>
public static class AssetCatalog
{
    /// <summary>Where assets are served.</summary>
    public const string Prefix = "/console/assets/";

    private static readonly FrozenDictionary<string, Asset> ByName = new[]
    {
        Load("anchor.js", "text/javascript; charset=utf-8"),
        Load("console.css", "text/css; charset=utf-8"),
        Load("console.js", "text/javascript; charset=utf-8"),
        Load("explorer.css", "text/css; charset=utf-8"),
        Load("explorer.js", "text/javascript; charset=utf-8"),
        Load("keccak.js", "text/javascript; charset=utf-8"),
        Load("proof.js", "text/javascript; charset=utf-8"),
        Load("tiles.js", "text/javascript; charset=utf-8"),
        Load("theme.js", "text/javascript; charset=utf-8"),
        Load("banyan.svg", "image/svg+xml"),
    }.ToFrozenDictionary(a => a.Name, StringComparer.Ordinal);

    /// <summary>An asset by its file name; null where there is none.</summary>
    public static Asset? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The address of an asset, with the hash of its content.</summary>
    /// <exception cref="KeyNotFoundException">There is no such asset.</exception>
    public static string Address(string name) => $"{Prefix}{name}?v={ByName[name].Hash}";

    private static Asset Load(string name, string type)
    {
        using var stream = typeof(AssetCatalog).Assembly.GetManifestResourceStream($"assets/{name}") ?? throw new InvalidOperationException($"The build left out {name}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new Asset(name, type, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 6)));
    }
}

/// <summary>One file.</summary>
public sealed record Asset(string Name, string Type, ReadOnlyMemory<byte> Content, string Hash);
