namespace Banyan.Engines.Credentials.Checking;

/// <summary>Where a check finds what is not in the credential itself. Thread-safe.</summary>
/// <remarks>It is asked only for what those issuers have who are believed. An implementation bounds time and size, and follows no redirect.</remarks>
public interface ICredentialSources
{
    /// <summary>The DID document of an issuer.</summary>
    /// <param name="did">Its DID, a <c>did:web</c>.</param>
    /// <param name="url">Where it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<SourceAnswer> DocumentAsync(string did, Uri url, CancellationToken cancellationToken);

    /// <summary>A status list credential.</summary>
    /// <param name="issuer">Whose it is.</param>
    /// <param name="url">Where it is, of HTTPS.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<SourceAnswer> StatusListAsync(string issuer, Uri url, CancellationToken cancellationToken);
}

/// <summary>What a source gave. Immutable.</summary>
/// <param name="Bytes">What was asked for.</param>
/// <param name="Problem">Why it can't be had, in words that go on after what was asked for; null where it is there.</param>
public sealed record SourceAnswer(ReadOnlyMemory<byte> Bytes, string? Problem = null)
{
    /// <summary>It can't be had.</summary>
    public static SourceAnswer Away(string problem) => new(default, problem);
}
