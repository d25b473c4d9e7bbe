using System.Net;
using System.Text;
using Banyan.Cells.Peers;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// Where a cell finds documents and status lists: with the platform's own partitions, over its own links, and nowhere else. What a
/// credential names is never connected to: an address is read as one of ours, or refused. Thread-safe.
/// </summary>
internal sealed class PlatformSources(IssuerKeys keys, StatusLists lists, Organisations organisations, IPartitionPeers peers) : ICredentialSources
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The organisations that are believed: the platform's own.</summary>
    public bool IsOurs(string did) => organisations.PartitionOf(did) is not null;

    public async ValueTask<SourceAnswer> DocumentAsync(string did, Uri url, CancellationToken cancellationToken)
    {
        if (organisations.PartitionOf(did) is not { } name)
            return SourceAnswer.Away("is none of this platform's");
        if (name == organisations.Own)
            return await keys.DocumentAsync(cancellationToken) is { } document ? new SourceAnswer(document.ToBytes()) : SourceAnswer.Away("is not there");
        return await AskAsync(name, Organisations.DocumentPath(name), DidDocument.Longest, cancellationToken);
    }

    public async ValueTask<SourceAnswer> StatusListAsync(string issuer, Uri url, CancellationToken cancellationToken)
    {
        if (organisations.PartitionOf(issuer) is not { } name || organisations.StatusListAt(url, name) is not { } list)
            return SourceAnswer.Away("is none of its issuer's on this platform");
        if (name == organisations.Own)
            return await lists.ReadAsync(list, cancellationToken) is { } text ? new SourceAnswer(Encoding.ASCII.GetBytes(text)) : SourceAnswer.Away("is not there");
        return await AskAsync(name, Organisations.StatusPath(name, list), CredentialChecker.LongestStatusList, cancellationToken);
    }

    private async Task<SourceAnswer> AskAsync(string partition, string path, int longest, CancellationToken cancellationToken)
    {
        if (!peers.Partitions.Contains(partition))
            return SourceAnswer.Away($"can't be asked for: this cell knows no way to {partition}");
        try
        {
            using var answer = await peers.SendAsync(partition, () => Question(path), canRepeat: true, Patience, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
                return SourceAnswer.Away($"can't be had: {partition} answered {(int)answer.StatusCode}");
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var bytes = new byte[longest + 1];
            var read = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            return read <= longest ? new SourceAnswer(bytes.AsMemory(0, read)) : SourceAnswer.Away($"is longer than {longest} bytes");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return SourceAnswer.Away($"can't be had: {partition} does not answer");
        }
    }

    private static HttpRequestMessage Question(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add(PassingOn.Header, "home"); // it stays there
        return request;
    }
}
