using Banyan.Bench.Chain;
using Banyan.Bench.EntryHop;
using Banyan.Bench.Dns;
using Banyan.Bench.Evm;
using Banyan.Bench.Failover;
using Banyan.Bench.FanOut;
using Banyan.Bench.Gateway;
using Banyan.Bench.HttpRead;
using Banyan.Bench.Ingest;
using Banyan.Bench.Journal;
using Banyan.Bench.Launch;
using Banyan.Bench.Log;
using Banyan.Bench.Login;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;
using Banyan.Bench.Verify;

// What a bench starts beside itself is this program again, in one of these roles.
if (args is ["--role", var role, .. var rest])
{
    return role switch
    {
        "cell" => await CellRole.RunAsync(),
        "entry" => await EntryRole.RunAsync(rest),
        "gateway" => await GatewayRole.RunAsync(),
        "identity" => await IdentityRole.RunAsync(),
        "bare" => await BareRole.RunAsync(rest),
        "dns" => await DnsRole.RunAsync(rest),
        "subscribers" => SubscribersRole.Run(rest),
        _ => 2,
    };
}

return await BenchRunner.RunAsync(args,
[
    new("http-read", "a cell's read through its gateway, against a bare Kestrel endpoint", HttpReadBench.RunAsync),
    new("entry-hop", "a read through the HTTP entry, against HAProxy and nginx", EntryHopBench.RunAsync),
    new("gateway", "a guarded read through the gateway, against HAProxy verifying tokens and limiting; and good clients during a flood", GatewayBench.RunAsync),
    new("login", "logins with a password through gateway and identity, for each core, against the bare hash", LoginBench.RunAsync),
    new("durable-changes", "changes through the journal, against the same SQL in pgbench", JournalBench.RunAsync),
    new("log", "changes with the transparency log against without; commit to signed checkpoint; entries integrated a second; size", LogBench.RunAsync),
    new("alert-fan-out", "an alert to 10,000 SSE subscribers, against nginx with nchan", FanOutBench.RunAsync),
    new("line-protocol", "ingest of line protocol, against InfluxDB", IngestBench.RunAsync),
    new("evm", "transactions through the chain client, against a sender that does nothing else; queries meanwhile", EvmBench.RunAsync),
    new("chain", "a change until it is anchored on the chain, by the platform's own anchoring at its default and every second", ChainBench.RunAsync),
    new("verify", "entries of a log verified per second and core, against their hashes alone", VerifyBench.RunAsync),
    new("dns", "DNS answers over UDP, against gdnsd", DnsBench.RunAsync),
    new("failover", "a region killed, frozen and switched away from, against Patroni", FailoverBench.RunAsync),
    new("up", "the start of the KAI platform, cold and warm", UpBench.RunAsync),
    new("check", "the check of Sankofa's blueprint", CheckBench.RunAsync),
]);
