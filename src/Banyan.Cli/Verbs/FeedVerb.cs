using System.CommandLine;
using System.Globalization;
using Banyan.Cli.Feed;
using Banyan.Cli.Output;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan feed --data D</c>: a small stream of readings, so that a platform without sensors is alive.</summary>
internal sealed class FeedVerb : ChildVerb
{
    private readonly Option<int> _every = new("--every") { Description = "Seconds from one reading of a station to the next", HelpName = "SECONDS", DefaultValueFactory = static _ => 5 };

    public FeedVerb()
        : base("feed", "Posts a small stream of made-up sensor readings to a running platform (started by `up --feed`)")
    {
        Add(_every);
        _every.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is var seconds and (< 1 or > 3600))
                result.AddError($"--every takes a number of seconds from 1 to 3600, not {seconds}");
        });
    }

    /// <summary>It comes in by the front door, as everybody does, and asks no other process.</summary>
    protected override string? ProcessOf(ParseResult input) => null;

    protected override async Task<ExitCode> RunAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        using var logging = JsonLog.Create();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{platform.EntryPort}")), Timeout = TimeSpan.FromSeconds(10) };
        platform.WithOperatorKey(data).Credential?.AddTo(http.DefaultRequestHeaders);
        var feed = new SensorFeed(platform, http, context.Time, Random.Shared, logging.CreateLogger<SensorFeed>());
        await feed.RunAsync(TimeSpan.FromSeconds(input.GetValue(_every)), stopping);
        return ExitCode.Holds;
    }
}
