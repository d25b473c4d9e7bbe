using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Peers;
using Banyan.Engines.Credentials.Dids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// What anybody needs to check a credential: the DID documents of the platform and its organisations, and their status lists. Public,
/// the same at every region: what another organisation publishes is asked of its partition, wherever that is served.
/// </summary>
internal sealed class DocumentEndpoints(IssuerKeys keys, StatusLists lists, Organisations organisations, IPartitionPeers peers)
{
    private const string CredentialMedia = "application/vc+jwt";

    /// <summary>Far less than the hour by which a new key is published before it signs.</summary>
    private const string DocumentCaching = "public, max-age=300";

    private static readonly string StatusCaching = string.Create(CultureInfo.InvariantCulture, $"public, max-age={StatusLists.Kept.TotalSeconds:0}");

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/.well-known/did.json", ShowPlatform).OpenToAll().Describe(Service, "The platform's DID document: its organisations", 200, DidDocument.ContentType, 404);
        routes.MapGet("/organisations/{organisation}/did.json", ShowOrganisationAsync).OpenToAll().Describe(Service, "An organisation's DID document: the keys by which it signs credentials", 200, DidDocument.ContentType, 404);
        routes.MapGet("/organisations/{organisation}/status/{list:int}", ShowStatusAsync).OpenToAll().Describe(Service, "An organisation's status list, as a credential (W3C Bitstring Status List)", 200, CredentialMedia, 404);
    }

    /// <summary>The document of this partition's organisation, as it is served.</summary>
    public async ValueTask<byte[]?> OwnAsync(CancellationToken cancellationToken) => (await keys.DocumentAsync(cancellationToken))?.ToBytes();

    private Task ShowPlatform(HttpContext context)
    {
        if (organisations.Platform is not { } did)
            return Refusals.Unknown.ExecuteAsync(context);
        var document = new DidDocument { Id = did, Services = [.. organisations.Names.Select(n => new DidService($"{did}#{n}", "Organisation", organisations.DidOf(n)!))] };
        return WriteAsync(context, document.ToBytes(), DidDocument.ContentType, DocumentCaching);
    }

    private Task ShowOrganisationAsync(HttpContext context) => AtHomeAsync(context, async () =>
        await OwnAsync(context.RequestAborted) is { } bytes ? (bytes, DidDocument.ContentType, DocumentCaching) : null);

    private Task ShowStatusAsync(HttpContext context) => AtHomeAsync(context, async () =>
        int.TryParse((string)context.Request.RouteValues["list"]!, NumberStyles.None, CultureInfo.InvariantCulture, out var list) && await lists.ReadAsync(list, context.RequestAborted) is { } text
            ? (Encoding.ASCII.GetBytes(text), CredentialMedia, StatusCaching)
            : null);

    private async Task AtHomeAsync(HttpContext context, Func<Task<(byte[] Bytes, string Media, string Caching)?>> read)
    {
        var organisation = (string)context.Request.RouteValues["organisation"]!;
        if (organisation != organisations.Own)
        {
            var answer = !context.WasPassedOn() && organisations.Names.Contains(organisation) && peers.Partitions.Contains(organisation) ? await peers.PassOnAsync(context, organisation, []) : Refusals.Unknown;
            await answer.ExecuteAsync(context);
            return;
        }

        if (await read() is var (bytes, media, caching))
            await WriteAsync(context, bytes, media, caching);
        else
            await Refusals.Unknown.ExecuteAsync(context);
    }

    private static async Task WriteAsync(HttpContext context, byte[] bytes, string media, string caching)
    {
        var (response, tag) = (context.Response, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"");
        response.Headers.CacheControl = caching;
        response.Headers.ETag = tag;
        response.Headers.AccessControlAllowOrigin = "*"; // verifiers in browsers read it too; there is nothing in it that is not for all
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = media;
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
