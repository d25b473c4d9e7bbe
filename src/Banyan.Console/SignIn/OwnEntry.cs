using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Banyan.Console.SignIn;

/// <summary>The entry of this very process, which knows where each partition is served. Thread-safe.</summary>
internal sealed class OwnEntry(IServer server)
{
    /// <summary>Its address, from this machine. Only while the host listens.</summary>
    public Uri Address => field ??= new UriBuilder("http", "127.0.0.1", new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port).Uri;
}
