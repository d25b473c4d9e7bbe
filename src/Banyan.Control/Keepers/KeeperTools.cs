using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>What every private instance of a keeper needs. Immutable.</summary>
internal sealed record KeeperTools
{
    public required PostgresInstallation Installation { get; init; }

    public required ServerAccount Account { get; init; }

    public required PostgresPasswords Passwords { get; init; }

    public required DataFolder Data { get; init; }

    public required string InstanceId { get; init; }

    /// <summary>How the keeper reaches databases, and they each other; null where connections are plain.</summary>
    public Links? Links { get; init; }

    public required TimeSpan StopPatience { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Finds what is needed, or says what is missing.</summary>
    public static async Task<PostgresResult<KeeperTools>> FindAsync(KeeperOptions options, CancellationToken cancellationToken)
    {
        var installation = await PostgresInstallation.FindAsync(options.PlatformState.PostgresMajor, cancellationToken);
        if (!installation.Ok)
            return installation.Error;
        var account = ServerAccount.Resolve();
        if (!account.Ok)
            return account.Error;
        var data = new DataFolder(options.DataDirectory);
        var passwords = PostgresPasswords.LoadOrCreate(data.Secrets);
        return passwords.Ok ? new KeeperTools
        {
            Installation = installation.Value,
            Account = account.Value,
            Passwords = passwords.Value,
            Data = data,
            InstanceId = options.PlatformState.InstanceId,
            Links = options.PlatformState.Links,
            StopPatience = options.StopPatience,
            Clock = options.Clock,
        } : passwords.Error;
    }

    public PostgresInstance Instance(KeptDatabase wanted) => new(
        Installation, Account, Data.Database(wanted.Partition, wanted.Region), new DataFolderMark(InstanceId, wanted.Partition, wanted.Region), Passwords,
        new PostgresSettings
        {
            Address = wanted.Address,
            Clients = wanted.Clients,
            Port = wanted.Port!.Value,
            Name = wanted.Name,
            StandbyOf = wanted.Source,
            SynchronousStandby = wanted.Synchronous is { } region ? $"{wanted.Partition}@{region}" : null,
            Tls = Links is null ? null : new PostgresTls(Links.RootFile, Data.Certificate(ProcessLinks.DatabaseOf(wanted.Region)), Data.Certificate(ProcessLinks.RewindOf(wanted.Region))),
        }, Clock);

    /// <summary>How the keeper reaches the private databases of a region; null where connections are plain.</summary>
    public PostgresLink? LinkTo(string region) => PostgresLink.To(Links, region);

    public Task<PostgresResult<PostgresTemplate>> TemplateAsync(CancellationToken cancellationToken) =>
        PostgresTemplate.EnsureAsync(Installation, Account, Data.Template, InstanceId, Passwords, durable: true, Clock, cancellationToken);
}
