using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Cli.Credentials;

/// <summary>
/// DID documents and status lists of the issuers who are believed: from files, else over HTTPS from these issuers' own hosts and ports.
/// A credential can't lead it anywhere else: it follows no redirect, uses no proxy, waits ten seconds, and reads no more than it must.
/// </summary>
internal sealed class CredentialSources : ICredentialSources, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _hosts;
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _lists = new(StringComparer.Ordinal);
    private readonly HttpClient? _http;

    /// <param name="believed">The DIDs of the issuers who are believed.</param>
    /// <param name="authority">A PEM file with the only authorities whose certificates are taken; null: those of the machine.</param>
    /// <param name="offline">Whether nothing is fetched.</param>
    /// <exception cref="CommandFailure">The file can't be read.</exception>
    public CredentialSources(IEnumerable<string> believed, string? authority, bool offline)
    {
        _hosts = [.. believed.Select(static d => DidWeb.TryUrl(d, out var url, out _) ? url!.Authority : null).OfType<string>()];
        if (!offline)
            _http = new HttpClient(Handler(authority)) { Timeout = Patience };
    }

    /// <summary>Documents that were given or read, by DID.</summary>
    public IReadOnlyDictionary<string, byte[]> Documents => _documents;

    /// <summary>Takes a file in the place of the network: a DID document, or a status list credential.</summary>
    /// <exception cref="CommandFailure">It is neither.</exception>
    public void AddFile(string file)
    {
        var bytes = CredentialFiles.Read(file, CredentialChecker.LongestStatusList);
        if (StrictJson.ReadObject(bytes) is { } document && StrictJson.Text(document, "id") is { } did && Did.IsDid(did))
            _documents[did] = bytes;
        else if (JwsText.TryParse(Encoding.UTF8.GetString(bytes).Trim(), CredentialChecker.LongestStatusList, out var jws, out _, out _) && StrictJson.Texts(jws!.Payload, "type")?.Contains(CredentialChecker.StatusListType) == true && StrictJson.Text(jws.Payload, "id") is { } url)
            _lists[url] = Encoding.ASCII.GetBytes(Encoding.UTF8.GetString(bytes).Trim());
        else
            throw new CommandFailure($"{file} is neither a DID document nor a status list credential with an id");
    }

    public async ValueTask<SourceAnswer> DocumentAsync(string did, Uri url, CancellationToken cancellationToken)
    {
        if (_documents.TryGetValue(did, out var given))
            return new SourceAnswer(given);
        var answer = await FetchAsync(url, DidDocument.Longest, "application/did+ld+json, application/did+json, application/json", cancellationToken);
        if (answer.Problem is null)
            _documents[did] = answer.Bytes.ToArray();
        return answer;
    }

    public ValueTask<SourceAnswer> StatusListAsync(string issuer, Uri url, CancellationToken cancellationToken) =>
        _lists.TryGetValue(url.AbsoluteUri, out var given) ? new(new SourceAnswer(given)) : FetchAsync(url, CredentialChecker.LongestStatusList, "application/vc+jwt", cancellationToken);

    public void Dispose() => _http?.Dispose();

    private static SocketsHttpHandler Handler(string? authority)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), MaxResponseHeadersLength = 16, AutomaticDecompression = DecompressionMethods.None };
        if (authority is null)
            return handler;
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(authority);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandFailure($"can't read {authority}: {error.Message.TrimEnd('.')}");
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        return handler;
    }

    private async ValueTask<SourceAnswer> FetchAsync(Uri url, int longest, string accept, CancellationToken cancellationToken)
    {
        if (_http is null)
            return SourceAnswer.Away("is in none of the files that were given, and --offline fetches nothing");
        if (url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0 || !_hosts.Contains(url.Authority))
            return SourceAnswer.Away($"is at {url.Authority}, which is the host of no issuer who is believed: it is not fetched");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Accept.ParseAdd(accept);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
                return SourceAnswer.Away(string.Create(CultureInfo.InvariantCulture, $"can't be had: {url} answered {(int)answer.StatusCode}"));
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            var bytes = new byte[longest + 1];
            var read = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, patience.Token);
            return read <= longest ? new SourceAnswer(bytes.AsMemory(0, read)) : SourceAnswer.Away($"is longer than {longest} bytes");
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return SourceAnswer.Away($"can't be had from {url.Authority}: {(error is OperationCanceledException ? "no answer within 10 s" : (error.InnerException ?? error).Message.TrimEnd('.'))}");
        }
    }
}
