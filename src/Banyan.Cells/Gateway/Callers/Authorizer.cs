using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway.Callers;

/// <summary>Puts the policy's question together out of caller, endpoint and cell. Thread-safe; allocates nothing.</summary>
internal sealed class Authorizer(AccessOptions access, CellContext cell)
{
    /// <summary>Request header: what it is done for, by a name of the blueprint's purposes.</summary>
    public const string PurposeHeader = "Banyan-Purpose";

    private readonly string? _jurisdiction = JurisdictionOf(access, cell.Partition) ?? (cell.Partition == cell.Region ? cell.Jurisdiction : null);

    public AccessDecision Decide(HttpContext context, Caller caller, string action, string? owner, decimal? amount) => access.Policy.Decide(Ask(context, caller, action, owner) with { Amount = amount });

    /// <param name="context">The request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="action">What is to be done; empty where the endpoint is open to all.</param>
    /// <param name="owner">Whose it is; null where it is nobody's, or not known.</param>
    public AccessQuestion Ask(HttpContext context, Caller caller, string action, string? owner) => new()
    {
        Kind = KindOf(caller.Kind),
        Subject = caller.Subject,
        Home = caller.Home,
        Jurisdiction = caller.Home is { } home ? JurisdictionOf(access, home) : null,
        Roles = caller.Roles,
        Scopes = caller.Scopes,
        Assurance = caller.Assurance,
        Verification = caller.Verification,
        Action = action,
        ResourceService = ServiceOf(context),
        ResourceRegion = cell.Partition,
        ResourceJurisdiction = _jurisdiction,
        ResourceOwner = owner,
        Purpose = PurposeOf(context.Request),
    };

    public static AccessKind KindOf(CallerKind kind) => kind switch
    {
        CallerKind.Resident => AccessKind.Resident,
        CallerKind.Staff => AccessKind.Staff,
        CallerKind.Machine => AccessKind.Machine,
        CallerKind.Platform => AccessKind.Platform,
        _ => AccessKind.Anonymous,
    };

    private static string? JurisdictionOf(AccessOptions access, string region) => access.Jurisdictions.TryGetValue(region, out var jurisdiction) && jurisdiction.Length > 0 ? jurisdiction : null;

    private static string? ServiceOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ServiceEndpoint>()?.Service;

    /// <summary>One name of the blueprint's purposes; anything else states no purpose.</summary>
    private string? PurposeOf(HttpRequest request) =>
        access.Policy.Model.Purposes.Count > 0 && request.Headers.TryGetValue(PurposeHeader, out var purpose) && purpose is [{ } one] && access.Policy.Model.Purposes.ContainsKey(one) ? one : null;
}
