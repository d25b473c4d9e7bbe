using System.CommandLine;
using Banyan.Cli.Up;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan up</c>: runs a blueprint on this machine.</summary>
internal sealed class UpVerb : Verb
{
    private readonly Argument<string?> _blueprint = new("BLUEPRINT") { Description = "A blueprint's file, or the name of one that comes with Banyan (default: what the data folder holds, else kai)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<int?> _port = new("--port") { Description = "Port of the HTTP entry and the console (default: that of the last run, else 8080)", HelpName = "N" };
    private readonly Option<int> _cells = new("--cells") { Description = "The most cells to run here; a larger blueprint runs condensed", HelpName = "N", DefaultValueFactory = static _ => 6 };
    private readonly Option<int> _frontDoors = new("--front-doors") { Description = "How many front doors to run; the first has --port", HelpName = "N", DefaultValueFactory = static _ => 1 };
    private readonly Option<int?> _dnsPort = new("--dns-port") { Description = "Port at which the front doors answer DNS for the platform's names (default: they don't)", HelpName = "N" };
    private readonly Option<string?> _consensus = new("--consensus") { Description = "Where the control plane agrees: single, one process of Banyan's own, or etcd, three members (default: that of the last run, else single)", HelpName = "single|etcd" };
    private readonly Option<string?> _tls = new("--tls") { Description = "TLS at the front doors and between the platform's processes (default: on)", HelpName = "on|off" };
    private readonly Option<string?> _access = new("--access") { Description = "Ask callers who they are, and go by the blueprint's access section; needs TLS (default: on)", HelpName = "on|off" };
    private readonly Option<string?> _tlsCertificate = new("--tls-certificate") { Description = "PEM file with the front doors' certificate and those that issued it, taken up again when it changes (default: the platform's own authority issues one)", HelpName = "FILE" };
    private readonly Option<string?> _tlsKey = new("--tls-key") { Description = "PEM file with its private key, mode 0600 (default: it is in the certificate's file)", HelpName = "FILE" };
    private readonly Option<bool> _networks = new("--networks") { Description = "Give each region a network of its own (a namespace with an address; root only), so that `drill partition` can cut it off" };
    private readonly Option<bool> _detach = new("--detach") { Description = "Return as soon as it serves; `down` stops it" };
    private readonly Option<bool> _feed = new("--feed") { Description = "Post a small stream of sensor readings" };
    private readonly Option<bool> _timings = new("--timings") { Description = "Show where the time of the start went" };
    private readonly Option<bool> _detached = new(Detachment.Option) { Hidden = true };

    public UpVerb()
        : base("up", "Runs a platform here: every region a real cell with its own databases")
    {
        Add(_blueprint);
        foreach (var option in (Option[])[_data, _port, _cells, _frontDoors, _dnsPort, _consensus, _tls, _access, _tlsCertificate, _tlsKey, _networks, _detach, _feed, _timings, _detached])
            Add(option);
        _port.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() is { } port and (< 1 or > 65535))
                result.AddError($"--port takes a number from 1 to 65535, not {port}");
        });
        _dnsPort.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() is { } port and (< 1 or > 65535))
                result.AddError($"--dns-port takes a number from 1 to 65535, not {port}");
        });
        _frontDoors.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is { } doors and (< 1 or > 9))
                result.AddError($"--front-doors takes a number from 1 to 9, not {doors}");
        });
        _consensus.CompletionSources.Add(ConsensusState.Single, ConsensusState.Etcd);
        _consensus.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } kind and not (ConsensusState.Single or ConsensusState.Etcd))
                result.AddError($"--consensus takes {ConsensusState.Single} or {ConsensusState.Etcd}, not '{kind}'");
        });
        _tls.CompletionSources.Add("on", "off");
        _tls.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } tls and not ("on" or "off"))
                result.AddError($"--tls takes on or off, not '{tls}'");
        });
        _access.CompletionSources.Add("on", "off");
        _access.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } access and not ("on" or "off"))
                result.AddError($"--access takes on or off, not '{access}'");
        });
        _cells.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is { } cells and (< 1 or > 32))
                result.AddError($"--cells takes a number from 1 to 32, not {cells}");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan up", "runs KAI until Ctrl-C; http://localhost:8080"),
        ("banyan up --detach", "the same, in the background; `banyan down` stops it"),
        ("banyan up sankofa --data /srv/sankofa --port 8090", "a second platform beside it, condensed to six cells"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var options = new UpOptions
        {
            Blueprint = input.GetValue(_blueprint),
            Data = input.GetValue(_data) ?? DataFolder.DefaultPath(),
            Port = input.GetValue(_port),
            Cells = input.GetValue(_cells),
            FrontDoors = input.GetValue(_frontDoors),
            DnsPort = input.GetValue(_dnsPort),
            Consensus = input.GetValue(_consensus),
            Tls = input.GetValue(_tls) is { } tls ? tls == "on" : null,
            Access = input.GetValue(_access) is { } access ? access == "on" : null,
            TlsCertificate = input.GetValue(_tlsCertificate),
            TlsKey = input.GetValue(_tlsKey),
            Networks = input.GetValue(_networks),
            Feed = input.GetValue(_feed),
            Timings = input.GetValue(_timings),
            Detached = input.GetValue(_detached),
        };
        if (input.GetValue(_detach))
            return await Detachment.StartAsync(options, context, cancellationToken);

        var began = context.Time.GetTimestamp();
        await using IUpProgress progress = context.Terminal.ColourError && !options.Detached ? new LiveProgress(context.Time) : new PlainProgress(context.Terminal);
        await new UpSession(options, context, progress).RunAsync(
            (platform, data) =>
            {
                if (options.Detached)
                    Detachment.SayServing(context.Terminal);
                UpSummary.Write(platform, data, context.Time.GetElapsedTime(began), options.Detached, context.Terminal);
                if (options.Detached)
                    Detachment.LetGo(context.Terminal);
            },
            cancellationToken);
        return context.Interruption.ByKeyboard ? ExitCode.Interrupted : ExitCode.Holds;
    }
}
