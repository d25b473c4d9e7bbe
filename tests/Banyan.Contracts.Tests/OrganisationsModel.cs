using Banyan.Engines.Evm;

namespace Banyan.Contracts.Tests;

/// <summary>What the organisations' contract promises, said again in plain C#. Each step tells whether it may happen, and lets it happen.</summary>
internal sealed class OrganisationsModel
{
    private int _generation = World.Members;

    public List<(EvmAddress Account, string Name, int Generation)> Members { get; } = [.. Enumerable.Range(0, World.Members).Select(static i => (World.Member(i), $"organisation-{i}", i + 1))];

    public int Threshold { get; private set; } = World.Threshold;

    public List<ModelProposal> Proposals { get; } = [];

    public int Executed { get; private set; }

    public bool Propose(EvmAddress by, byte[] data, Func<bool> does)
    {
        if (!IsMember(by))
            return false;
        var proposal = new ModelProposal(by, data, does);
        proposal.Approvals[by] = GenerationOf(by);
        Proposals.Add(proposal);
        return true;
    }

    public bool Approve(EvmAddress by, int id)
    {
        if (!IsMember(by) || Open(id) is not { } proposal || proposal.Approvals.GetValueOrDefault(by) == GenerationOf(by))
            return false;
        proposal.Approvals[by] = GenerationOf(by);
        return true;
    }

    public bool Revoke(EvmAddress by, int id) => Open(id) is { } proposal && proposal.Approvals.Remove(by);

    public bool Withdraw(EvmAddress by, int id)
    {
        if (Open(id) is not { } proposal || proposal.By != by)
            return false;
        return proposal.Ended = true;
    }

    public bool Execute(EvmAddress by, int id)
    {
        if (!IsMember(by) || Open(id) is not { } proposal || Approvals(id) < Threshold || !proposal.Does())
            return false;
        Executed++;
        return proposal.Ended = true;
    }

    public int Approvals(int id) => Proposals[id - 1].Approvals.Count(a => IsMember(a.Key) && GenerationOf(a.Key) == a.Value);

    public bool Add(EvmAddress account, string name)
    {
        if (IsMember(account) || Members.Exists(m => m.Name == name))
            return false;
        Members.Add((account, name, ++_generation));
        return true;
    }

    public bool Remove(EvmAddress account)
    {
        if (!IsMember(account) || Members.Count - 1 < Threshold)
            return false;
        Members.RemoveAll(m => m.Account == account);
        return true;
    }

    public bool Change(EvmAddress from, EvmAddress to)
    {
        if (!IsMember(from) || IsMember(to))
            return false;
        var name = Members.Find(m => m.Account == from).Name;
        Members.RemoveAll(m => m.Account == from);
        Members.Add((to, name, ++_generation));
        return true;
    }

    public bool SetThreshold(int threshold)
    {
        if (threshold < 1 || threshold > Members.Count)
            return false;
        Threshold = threshold;
        return true;
    }

    private bool IsMember(EvmAddress account) => Members.Exists(m => m.Account == account);

    private int GenerationOf(EvmAddress account) => Members.Find(m => m.Account == account).Generation;

    private ModelProposal? Open(int id) => id >= 1 && id <= Proposals.Count && !Proposals[id - 1].Ended ? Proposals[id - 1] : null;
}

/// <summary>A proposal of the model.</summary>
internal sealed class ModelProposal(EvmAddress by, byte[] data, Func<bool> does)
{
    public EvmAddress By => by;

    public byte[] Data => data;

    /// <summary>Lets it happen; false where the contract refuses it.</summary>
    public Func<bool> Does => does;

    public Dictionary<EvmAddress, int> Approvals { get; } = [];

    public bool Ended { get; set; }
}
