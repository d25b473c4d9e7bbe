using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Peers;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.OpenIdConnect;
using Banyan.Services.Identity.Passkeys;
using Banyan.Services.Identity.Sessions;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Elsewhere;

/// <summary>
/// Passes requests on to the partition that they are about, which their tokens, codes and cookies name: at whichever region a
/// person arrives, its home answers. The cell there asks for itself who the caller is. Thread-safe.
/// </summary>
internal sealed class Forwarding(IPartitionPeers peers, Homes homes, HomeFinder finder, AccountStore accounts, SessionCookie cookie, IAccessDirectory directory)
{
    private delegate ValueTask<string?> Rule(HttpContext context, byte[] body);

    /// <summary>Whether there are other partitions that can be reached.</summary>
    public bool IsPossible => peers.Partitions.Count > 0;

    /// <summary>To the home of whoever asks: for their own things.</summary>
    public Func<HttpContext, Task<IResult>> OfCaller(Func<HttpContext, Task<IResult>> endpoint) =>
        To((c, _) => new(c.Caller() is { Kind: CallerKind.Resident or CallerKind.Staff, Home: { } home } ? home : null), endpoint);

    /// <summary>To the partition that a part of the path begins with.</summary>
    public Func<HttpContext, Task<IResult>> OfRoute(string name, Func<HttpContext, Task<IResult>> endpoint) =>
        To((c, _) => new(homes.Elsewhere(c.Request.RouteValues[name] as string)), endpoint);

    /// <summary>To the partition of the browser's session.</summary>
    public Func<HttpContext, Task<IResult>> OfCookie(Func<HttpContext, Task<IResult>> endpoint) => To((c, _) => new(homes.Elsewhere(cookie.Read(c))), endpoint);

    /// <summary>To the partition that made a text of a JSON body.</summary>
    public Func<HttpContext, Task<IResult>> OfJson(string member, Func<HttpContext, Task<IResult>> endpoint) => To((_, body) => new(OfMade(Member(body, member))), endpoint);

    /// <summary>To the partition that a passkey's user handle names, in the field or the member <c>credential</c>.</summary>
    public Func<HttpContext, Task<IResult>> OfPasskey(Func<HttpContext, Task<IResult>> endpoint) => To(
        async (c, body) => (c.Request.HasFormContentType ? (await FormAsync(c))?.GetValueOrDefault(PasskeyAnswer.Field) : RawMember(body, PasskeyAnswer.Field)) is { } credential
            ? homes.Elsewhere(PasskeyAnswer.Read(credential)?.Handle)
            : null,
        endpoint);

    /// <summary>To the partition that made a field of a form.</summary>
    public Func<HttpContext, Task<IResult>> OfField(string field, Func<HttpContext, Task<IResult>> endpoint) => To(async (c, _) => OfMade((await FormAsync(c))?.GetValueOrDefault(field)), endpoint);

    /// <summary>To the partition of the token that a client asks about, access tokens among them.</summary>
    public Func<HttpContext, Task<IResult>> OfToken(Func<HttpContext, Task<IResult>> endpoint) => To(
        async (c, _) => (await FormAsync(c))?.GetValueOrDefault("token") is { } token ? homes.Elsewhere(token) ?? HomeOf(token) : null, endpoint);

    /// <summary>To the partition of a code or a refresh token; of a client that asks for itself, to that which registered it.</summary>
    public Func<HttpContext, Task<IResult>> OfGrant(Func<HttpContext, Task<IResult>> endpoint) => To(
        async (c, _) => await FormAsync(c) is not { } form ? null : form.GetValueOrDefault("grant_type") switch
        {
            Client.Code => homes.Elsewhere(form.GetValueOrDefault("code")),
            Client.Refresh => homes.Elsewhere(form.GetValueOrDefault("refresh_token")),
            Client.Credentials => homes.Elsewhere(ClientAuthentication.NameOf(c, form)),
            _ => null,
        },
        endpoint);

    /// <summary>
    /// Passes on what is about an address to the home of that address: its answer, or null where it is to be answered here; and
    /// whether every partition said whether it knows the address.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="identifier">The address.</param>
    /// <param name="named">The home that whoever asks says it is, so that nobody is asked; null where it is not said.</param>
    /// <param name="body">As <see cref="PassingOn.KeepBodyAsync"/> read it.</param>
    public async Task<(IResult? Answer, bool IsSure)> OfAddressAsync(HttpContext context, Identifier identifier, string? named, byte[] body)
    {
        if (!IsPossible || context.WasPassedOn())
            return (null, true);
        var home = named is not null ? new HomeFinder.Home(named, false, true) : await finder.FindAsync(accounts.Fingerprint(identifier), context.RequestAborted);
        return home.Partition == homes.Own ? (null, home.IsSure) : (await peers.PassOnAsync(context, home.Partition, body), home.IsSure);
    }

    private Func<HttpContext, Task<IResult>> To(Rule rule, Func<HttpContext, Task<IResult>> endpoint) => async context =>
    {
        if (!IsPossible || context.WasPassedOn())
            return await endpoint(context);
        var body = await context.KeepBodyAsync();
        return await rule(context, body) is { } partition && partition != homes.Own && peers.Partitions.Contains(partition)
            ? await peers.PassOnAsync(context, partition, body)
            : await endpoint(context);
    };

    private string? OfMade(string? token) => homes.Elsewhere(token) ?? homes.ElsewhereOfInvitation(token);

    private string? HomeOf(string token) => Jwt.Read(token, TokenIssuer.AccessType, directory) is { } claims ? Jwt.Text(claims, "home") : null;

    /// <summary>The form's fields; null where it is none, which the endpoint then says.</summary>
    private static async Task<Dictionary<string, string>?> FormAsync(HttpContext context) => context.Request.HasFormContentType && !context.Request.ContentType!.StartsWith("multipart", StringComparison.OrdinalIgnoreCase)
        ? OAuth.Parameters(await context.Request.ReadFormAsync(context.RequestAborted))
        : null;

    private static string? Member(byte[] body, string name) => Read(body, name, static v => v.ValueKind == JsonValueKind.String ? v.GetString() : null);

    private static string? RawMember(byte[] body, string name) => Read(body, name, static v => v.GetRawText());

    private static string? Read(byte[] body, string name, Func<JsonElement, string?> value)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var member) ? value(member) : null;
        }
        catch (JsonException)
        {
            return null; // the endpoint says so
        }
    }
}
