namespace Banyan.Cells.Records;

/// <summary>Journal topics of what the control plane does.</summary>
public static class RecordTopics
{
    /// <summary>Epochs of the partition: who its primary became, and why.</summary>
    public const string Epochs = "platform.epochs";

    /// <summary>Blueprints and versions that the partition was served with.</summary>
    public const string Deployments = "platform.deployments";

    /// <summary>What organisations did on the chain.</summary>
    public const string Chain = "platform.chain";

    /// <summary>CloudEvents type of an epoch's begin.</summary>
    public const string EpochBegan = "banyan.platform.epoch.began.v1";

    /// <summary>CloudEvents type of a deployment.</summary>
    public const string Deployed = "banyan.platform.deployed.v1";

    /// <summary>CloudEvents type of something that an organisation did on the chain.</summary>
    public const string ChainActed = "banyan.platform.chain.acted.v1";
}
