namespace Banyan.Cells.Access.Directory;

/// <summary>Names in the consensus store.</summary>
internal static class AccessKeys
{
    /// <summary>What all of them begin with: one watch follows the whole directory.</summary>
    public const string Prefix = "access/";

    private const string Signing = Prefix + "signing/";
    private const string Api = Prefix + "keys/";
    private const string Client = Prefix + "clients/";
    private const string Ended = Prefix + "ended/";

    public static string OfSigningKey(string id) => Signing + Checked(id);

    public static string OfApiKey(string id) => Api + Checked(id);

    public static string OfClient(string id) => Client + Checked(id);

    public static string OfEnded(string session) => Ended + Checked(session);

    /// <summary>What a key is of, and its name; <see cref="AccessKind.Other"/> where it is none of the directory's.</summary>
    public static AccessKind Read(string key, out string name)
    {
        foreach (var (prefix, kind) in Kinds)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                name = key[prefix.Length..];
                return kind;
            }
        }

        name = "";
        return AccessKind.Other;
    }

    /// <summary>Whether a name can stand in the store, and in a token: 1 to 128 letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>~</c>.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= 128 && !name.ContainsAnyExcept(NameCharacters);

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");

    private static readonly (string Prefix, AccessKind Kind)[] Kinds = [(Signing, AccessKind.Signing), (Api, AccessKind.Api), (Client, AccessKind.Client), (Ended, AccessKind.Ended)];

    private static string Checked(string name) => IsName(name)
        ? name
        : throw new ArgumentException("An id in the access directory is 1 to 128 letters, digits, '-', '_', '.' and '~'.", nameof(name));
}

/// <summary>What the directory holds.</summary>
internal enum AccessKind
{
    Other,
    Signing,
    Api,
    Client,
    Ended,
}
