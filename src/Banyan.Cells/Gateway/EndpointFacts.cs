using System.Runtime.CompilerServices;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway.Limits;
using Banyan.Cells.Gateway.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Gateway;

/// <summary>All that the gateway must know of an endpoint, put together once. Immutable.</summary>
internal sealed class EndpointFacts
{
    /// <summary>Of requests that no endpoint takes, and of routing's own answers (405, 415): there is nothing to guard.</summary>
    public static readonly EndpointFacts Nothing = new() { IsGuarded = false, Rules = RequestRules.None };

    private static readonly ConditionalWeakTable<Endpoint, EndpointFacts> Known = [];

    /// <summary>False where there is nothing behind it.</summary>
    public bool IsGuarded { get; private init; } = true;

    /// <summary>Who may use it; null: the platform's own processes.</summary>
    public EndpointAccess? Access { get; private init; }

    /// <summary>Whose things it is about; null: nobody's.</summary>
    public EndpointOwner? Owner { get; private init; }

    /// <summary>Whether it judges HTTP Basic by itself.</summary>
    public bool JudgesBasic { get; private init; }

    /// <summary>How often each caller may use it.</summary>
    public RouteLimit? Limit { get; private init; }

    /// <summary>What a request must be like.</summary>
    public required RequestRules Rules { get; init; }

    /// <summary>How it words what is wrong with a request; null: as a problem.</summary>
    public OwnRefusals? Refusals { get; private init; }

    public static EndpointFacts Of(Endpoint? endpoint) => endpoint switch
    {
        null => Nothing,
        _ when Known.TryGetValue(endpoint, out var facts) => facts,
        _ => Known.GetValue(endpoint, Read),
    };

    private static EndpointFacts Read(Endpoint endpoint) => endpoint is not RouteEndpoint
        ? Nothing
        : new EndpointFacts
        {
            Access = endpoint.Metadata.GetMetadata<EndpointAccess>(),
            Owner = endpoint.Metadata.GetMetadata<EndpointOwner>(),
            JudgesBasic = endpoint.Metadata.GetMetadata<OwnBasic>() is not null,
            Limit = endpoint.Metadata.GetMetadata<RouteLimit>(),
            Refusals = endpoint.Metadata.GetMetadata<OwnRefusals>(),
            Rules = RequestRules.Of(endpoint.Metadata),
        };
}
