using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Banyan.Engines.Credentials.Dids;

namespace Banyan.Cli.Credentials;

/// <summary>The organisations of a platform, by its data folder. Immutable.</summary>
/// <param name="Data">The folder.</param>
/// <param name="State">The platform; opened, with the operator's key.</param>
internal sealed record CredentialPlatform(DataFolder Data, PlatformState State)
{
    /// <summary>The file with the platform's own authority, by which its front doors are known; null where they show another's certificate.</summary>
    public string? Authority => State.Tls is { Certificate: null } && File.Exists(Path.Combine(Data.Certificates, "root.pem")) ? Path.Combine(Data.Certificates, "root.pem") : null;

    /// <summary>The DIDs of its organisations.</summary>
    public IEnumerable<string> Dids => State.Partitions.Select(p => DidOf(p.Name)).OfType<string>();

    /// <summary>Reads it; null where there is none in the folder.</summary>
    public static CredentialPlatform? Find(string? folder)
    {
        var data = new DataFolder(folder ?? DataFolder.DefaultPath());
        return PlatformStateFile.Read(data) is { } state ? new CredentialPlatform(data, state) : null;
    }

    /// <exception cref="CommandFailure">There is none, or it has no organisations with DIDs.</exception>
    public static CredentialPlatform Open(string? folder)
    {
        var found = Find(folder) ?? throw new CommandFailure($"no platform in {new DataFolder(folder ?? DataFolder.DefaultPath()).Root}: start one with `banyan up`, or name its folder with --data");
        if (!found.State.AsksCallers)
            throw new CommandFailure("the platform runs with --access off: it has no identity service, and issues no credentials");
        return found with { State = found.State.WithOperatorKey(found.Data) };
    }

    /// <summary>An organisation's DID; null where the platform's address is no domain name.</summary>
    public string? DidOf(string organisation) => DidWeb.Of(new Uri(IdentityOfPlatform.IssuerOf(State)), "organisations", organisation);

    /// <summary>Sends a request to the front doors, the first that answers; for a region, where one is named.</summary>
    /// <exception cref="CommandFailure">None answers.</exception>
    public async Task<(int Status, byte[] Body)> AskAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(15) };
        foreach (var door in State.AllFrontDoors())
        {
            try
            {
                using var request = new HttpRequestMessage(method, new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", door.Port, path).Uri);
                State.Credential?.AddTo(request.Headers);
                if (body is not null)
                    request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
                using var answer = await http.SendAsync(request, cancellationToken);
                return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            }
            catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next front door.
            }
        }

        throw new CommandFailure($"no front door of {State.Platform} answers: is it running? (banyan status)");
    }
}
