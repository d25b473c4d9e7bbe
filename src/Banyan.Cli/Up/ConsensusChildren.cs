using Banyan.Control.Platform;
using Banyan.Control.Processes;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus.Etcd;

namespace Banyan.Cli.Up;

/// <summary>The processes that the consensus store is.</summary>
internal static class ConsensusChildren
{
    /// <summary>SIGKILL: what etcd has acknowledged is on disk, and its leader would look for a successor for seconds among members that stop too.</summary>
    private const int StopSignal = 9;

    /// <summary>One of ours, or the members of etcd.</summary>
    /// <exception cref="CommandFailure">etcd is missing, or its folders can't be made.</exception>
    public static IEnumerable<ChildSpec> Of(PlatformState platform, DataFolder data)
    {
        if (platform.Consensus is { Kind: ConsensusState.Single } single)
            return [new ChildSpec(ChildKind.Consensus, null, ["consensus", "--data", data.Root], single.Members[0].Port) { Address = single.Members[0].Host }];
        return platform.Consensus is { Kind: ConsensusState.Etcd } etcd ? Etcd(etcd, platform, data) : [];
    }

    /// <summary>Whether etcd can be started here, asked before anything is changed.</summary>
    /// <exception cref="CommandFailure">It can't.</exception>
    public static void CheckEtcd(DataFolder data)
    {
        if (EtcdCluster.Find(data.Consensus, "", [], null, out var problem) is null)
            throw new CommandFailure(problem!);
    }

    private static List<ChildSpec> Etcd(ConsensusState etcd, PlatformState platform, DataFolder data)
    {
        var members = etcd.Members.Select(static m => new EtcdMember(m.Name, m.Port, m.PeerPort!.Value) { Host = m.Host }).ToList();
        var tls = platform.Tls is null ? null : new EtcdTls(CertificateAuthority.RootFile(data.Certificates), data.Certificate, etcd.SecurePeers);
        var cluster = EtcdCluster.Find(data.Consensus, platform.InstanceId, members, tls, out var problem) ?? throw new CommandFailure(problem!);
        try
        {
            return [.. members.Select(member =>
            {
                var command = cluster.Prepare(member);
                return new ChildSpec(ChildKind.Consensus, null, [.. command.Skip(1)], member.Port) { Name = member.Name, Address = member.Host, Program = command[0], StopSignal = StopSignal, ReadyPath = "/health" };
            })];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't make the folders of etcd in {data.Consensus}: {refused.Message.TrimEnd('.')}");
        }
    }
}
