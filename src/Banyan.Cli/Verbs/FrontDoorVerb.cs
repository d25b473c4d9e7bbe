using System.CommandLine;
using System.Globalization;
using Banyan.Cells.Access;
using Banyan.Cli.Cells;
using Banyan.Cli.Names;
using Banyan.Console;
using Banyan.Console.SignIn;
using Banyan.Control.Certificates;
using Banyan.Control.Consensus;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus;
using Banyan.Routing.Entry;
using Banyan.Routing.Entry.Routes;
using Banyan.Routing.Entry.Tls;
using Banyan.Routing.Policies.Shifts.Following;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan front-door --data D [--name N] [--port P]</c>: the HTTP entry and the console, a child of <c>up</c>.</summary>
internal sealed class FrontDoorVerb : ChildVerb
{
    private readonly Option<string> _name = new("--name") { Description = "Which of the platform's front doors", DefaultValueFactory = static _ => FrontDoorState.FirstName };
    private readonly Option<int?> _port = new("--port") { Description = "Its port, where it is not the one of `up`", HelpName = "N" };

    public FrontDoorVerb()
        : base("front-door", "The HTTP entry and the console of a running platform (started by `up`)")
    {
        Add(_name);
        Add(_port);
    }

    protected override string ProcessOf(ParseResult input) => input.GetValue(_name)!;

    protected override async Task<ExitCode> RunAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        EntryTransport.PreferInline();
        var name = input.GetValue(_name)!;
        var port = input.GetValue(_port) ?? platform.AllFrontDoors().FirstOrDefault(d => d.Name == name)?.Port
            ?? throw new CommandFailure($"{data.Root} has no front door {name}: give it a port with --port, or start more of them with `banyan up --front-doors`");
        await using var store = platform.ConnectConsensus(context.Time);
        await using var access = platform.AsksCallers ? CellAccess.Follow(platform, store ?? throw new CommandFailure($"the platform in {data.Root} was made before callers were asked: run `banyan up` once more"), context.Time) : null;
        using var certificate = platform.Tls is { } tls ? PublicCertificate(tls, data, context.Time) : null;
        await using var app = Build(platform, data, name, port, store, access, certificate, context.Time);
        try
        {
            await app.StartAsync(stopping);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CommandFailure($"port {port} is taken: stop what listens there, or choose another with `banyan up --port`");
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stop))
            await stop.Task;
        await app.StopAsync(context.Interruption.Hurry);
        return ExitCode.Holds;
    }

    private static WebApplication Build(PlatformState platform, DataFolder data, string name, int port, IConsensusStore? store, CellAccess? access, CurrentCertificate? certificate, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "banyan" });
        builder.WebHost.UseKestrelCore().UseEntryTransport().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(port, Secure);
            PlatformNaming.Listen(kestrel, platform, name, Secure);
        });
        builder.Logging.AddJsonConsole(o => o.UseUtcTimestamp = true).SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(time);
        builder.Services.AddBanyanEntry(platform.Regions.Select(r => ToEntry(platform, r, platform.FindPartition(r.Name))), new EntryOptions { Links = platform.Links });
        builder.Services.AddBanyanPolicies(PlatformPolicies.SourceOf(platform, data));
        if (store is not null)
            builder.Services.AddBanyanRoutes(store).AddBanyanShifts(store, new ShiftFollowerOptions(name));
        PlatformNaming.AddTo(builder.Services, platform, name, time);
        builder.Services.AddBanyanConsole(platform, data, access is null ? null : new ConsoleAccess(new CredentialJudge(access.Options, time), ConsoleSecret.Ensure(data), platform.Credential, data));
        var app = builder.Build();
        if (certificate is not null)
            app.UseDoorSecurity();
        app.UseOtherThreadsForPages();
        app.MapBanyanConsole();
        PlatformNaming.MapTo(app);
        app.MapBanyanEntry();
        return app;

        void Secure(ListenOptions listen)
        {
            if (certificate is not null)
                listen.UseDoorTls(certificate);
        }
    }

    /// <summary>The operator's, or one of the platform's authority; read again when it changes.</summary>
    private static CurrentCertificate PublicCertificate(TlsState tls, DataFolder data, TimeProvider time)
    {
        var ours = data.Certificate(ProcessLinks.Public);
        try
        {
            return new CurrentCertificate(tls.Certificate ?? ours, tls.Key ?? tls.Certificate ?? ours, time);
        }
        catch (CertificatesException unusable)
        {
            throw new CommandFailure(unusable.Message);
        }
    }

    /// <summary>A region's requests go to its own cell, or to that of a region that holds a standby of its partition.</summary>
    private static EntryRegion ToEntry(PlatformState platform, RegionState region, PartitionState? partition) => new()
    {
        Name = region.Name,
        Address = Authority(region, region.CellPort),
        Others = [.. partition?.Databases.Where(d => d.CellPort > 0 && d.Region != region.Name).Select(d => new EntryHolder(d.Region, Authority(platform.FindRegion(d.Region)!, d.CellPort))) ?? []],
        Primary = partition?.Primary,
        Neighbour = region.Failover.Mode == "neighbour" ? region.Standby : null,
        At = region is { Latitude: { } latitude, Longitude: { } longitude } ? new GeoPoint(latitude, longitude) : null,
    };

    private static string Authority(RegionState region, int port) => string.Create(CultureInfo.InvariantCulture, $"http://{region.Address}:{port}");
}
