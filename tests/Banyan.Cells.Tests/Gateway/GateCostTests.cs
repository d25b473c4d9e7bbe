using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Gateway;
using Banyan.Cells.Gateway.Callers;
using Banyan.Cells.Tests.Access;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>What the gate takes of a request whose token it has seen before.</summary>
public sealed class GateCostTests : IDisposable
{
    private readonly TestIssuer _issuer = new();
    private readonly RequestGate _gate;

    public GateCostTests()
    {
        var access = new AccessOptions
        {
            Policy = AccessPolicy.Compile(AccessCell.Model with
            {
                Limits = [new AccessLimit { Name = "addresses", Per = LimitPer.Ip, RatePerSecond = 100_000, Burst = 10_000 }, new AccessLimit { Name = "subjects", Per = LimitPer.Subject, RatePerSecond = 100_000, Burst = 10_000 }],
            }),
            Directory = new OneKey(_issuer.Public),
            Issuer = TestIssuer.Issuer,
            Audience = TestIssuer.Audience,
        };
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        _gate = new RequestGate(access, new Authorizer(access, TestCell.Options("").Context), meters, TimeProvider.System);
    }

    [Theory]
    [InlineData(true)] // the server gave the very same string again
    [InlineData(false)] // another connection, or another token in between
    public async Task Admit_TokenSeenBefore_AllocatesNextToNothing(bool sameString)
    {
        var header = "Bearer " + _issuer.Token(("roles", new[] { "reader" }));
        string[] headers = sameString ? [header] : [header, new string(header.AsSpan())];
        var context = Context();
        const int Times = 2_000;
        for (var i = 0; i < 10_000; i++)
            await AdmitAsync(context, headers[i % headers.Length]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++)
        {
            context.Request.Headers.Authorization = headers[i % headers.Length];
            if (!_gate.AdmitAsync(context).IsCompletedSuccessfully)
                throw new InvalidOperationException("It waited.");
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
        each.ShouldBeLessThanOrEqualTo(sameString ? 128 : 256, $"{each} bytes a request");
        context.Features.Get<Caller>()!.Subject.ShouldBe("north.resident0000000000001");
    }

    public void Dispose() => _issuer.Dispose();

    private async Task AdmitAsync(HttpContext context, string header)
    {
        context.Request.Headers.Authorization = header;
        (await _gate.AdmitAsync(context)).ShouldBeNull();
    }

    private static DefaultHttpContext Context()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IConnectionItemsFeature>(new Connection());
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/notes/v1/notes";
        context.Request.Method = "GET";
        context.Request.Path = "/notes/v1/notes";
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
        context.SetEndpoint(new RouteEndpoint(static _ => Task.CompletedTask, RoutePatternFactory.Parse("/notes/v1/notes"), 0, new EndpointMetadataCollection(new EndpointAccess("notes.notes.read"), new ServiceEndpoint("notes")), "notes"));
        return context;
    }

    private sealed class Connection : IConnectionItemsFeature
    {
        public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    }

    private sealed class OneKey(SigningKey key) : IAccessDirectory
    {
        public ImmutableArray<SigningKey> SigningKeys => [key];

        public SigningKey? FindSigningKey(string keyId) => keyId == key.KeyId ? key : null;

        public ApiKeyEntry? FindApiKey(string id) => null;

        public bool IsEnded(string session) => false;
    }
}
