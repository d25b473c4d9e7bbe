namespace Banyan.Control.Log;

/// <summary>Who signs a platform's logs; public. Immutable.</summary>
/// <param name="Quorum">How many witnesses of other regions have to cosign a checkpoint.</param>
/// <param name="Keys">The regions' keys, those that were replaced too.</param>
public sealed record LogState(int Quorum, IReadOnlyList<LogKeyState> Keys);

/// <summary>A region's public key.</summary>
/// <param name="Region">Whose.</param>
/// <param name="Use"><see cref="Writes"/> or <see cref="Witnesses"/>.</param>
/// <param name="Key">32 bytes in base64.</param>
/// <param name="Retired">Whether another took its place.</param>
public sealed record LogKeyState(string Region, string Use, string Key, bool Retired = false)
{
    /// <summary>It signs checkpoints of the logs that the region writes.</summary>
    public const string Writes = "log";

    /// <summary>It cosigns those of the other regions.</summary>
    public const string Witnesses = "witness";
}
