namespace Banyan.Engines.Postgres;

/// <summary>Making the data folder.</summary>
public sealed partial class PostgresInstance
{
    /// <summary>What a copy needs beside the template itself: its first WAL.</summary>
    private const long Headroom = 64L << 20;

    /// <summary>
    /// Copies the template. The folder is there whole or not at all. A standby made so is right as long as its primary is a
    /// copy of the same template and still has its first WAL, which a slot made at its first start keeps for it.
    /// </summary>
    public async Task<PostgresError?> MakeFromTemplateAsync(PostgresTemplate template, CancellationToken cancellationToken = default)
    {
        return await MakeAsync(CopyAsync, replace: false, cancellationToken);

        async Task<PostgresError?> CopyAsync(string draft)
        {
            DataFolder.Make(draft, _account);
            var copy = await Command.RunAsync(_account.Run("cp", "-a", "--reflink=auto", template.Folder + "/.", draft), cancellationToken: cancellationToken);
            return copy.ExitCode == 0 ? null : Errors.From(copy, "Copying the template", Folder, _account);
        }
    }

    /// <summary>
    /// Makes a standby from its running primary by <c>pg_basebackup</c>. Where the folder exists it MUST be that of a standby
    /// that is not running: it is replaced.
    /// </summary>
    public Task<PostgresError?> MakeFromPrimaryAsync(CancellationToken cancellationToken = default) => MakeFromPrimaryAsync(replace: false, cancellationToken);

    private async Task<PostgresError?> MakeFromPrimaryAsync(bool replace, CancellationToken cancellationToken)
    {
        var source = Settings.StandbyOf ?? throw new InvalidOperationException($"{Folder} is not to be a standby.");
        return await MakeAsync(BackUpAsync, replace, cancellationToken);

        async Task<PostgresError?> BackUpAsync(string draft)
        {
            DataFolder.Make(draft, _account);
            WriteCertificates();
            var backup = await Command.RunAsync(
                _account.Run(
                    _installation.Program("pg_basebackup"), "-d", $"user={PostgresRoles.Replication} {PostgresConfiguration.Reach(source, Folder)}", "-D", draft,
                    "-X", "stream", "-S", source.Slot, "-c", "fast", "--no-password", "--no-sync"),
                environment: new Dictionary<string, string> { ["PGPASSWORD"] = _passwords.Replication },
                cancellationToken: cancellationToken);
            if (backup.ExitCode != 0)
                return Errors.From(backup, $"pg_basebackup from port {source.Port}", Folder, _account);
            File.Delete(Path.Combine(draft, ServerLog.FileName));
            File.Delete(Path.Combine(draft, ServerLog.OldFileName));
            return null;
        }
    }

    private async Task<PostgresError?> MakeAsync(Func<string, Task<PostgresError?>> fill, bool replace, CancellationToken cancellationToken)
    {
        var draft = Folder + ".new";
        var old = Folder + ".old";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Folder)!);
            if (_account.FirstClosedFolder(Folder) is { } closed)
                return Errors.NoPermission(closed, _account);
            if (new DriveInfo(Path.GetDirectoryName(Folder)!).AvailableFreeSpace < Headroom)
                return Errors.NoSpace(Folder);
            var before = ReadFolder();
            if (before.Kind == DataFolderKind.Refused && !replace)
                return before.Error;
            if (before.Kind == DataFolderKind.Ready && !replace && (Settings.StandbyOf is null || !before.IsStandby))
                return new PostgresError(PostgresFailure.OtherRole, $"{Folder} holds a primary's data; it is never replaced.");
            if (before.Kind == DataFolderKind.Missing && Settings.StandbyOf is null && File.Exists(MadeMark))
                return new PostgresError(PostgresFailure.Lost, $"{Folder} is gone, though this primary was made earlier: put it back or restore a backup. To begin anew with an empty database, delete {MadeMark}.");
            if (FindServer() is { } live)
                return new PostgresError(PostgresFailure.InUse, $"{Folder} is in use by process {live.Pid}: stop it.");
            if ((DataFolder.RemoveDraft(draft) ?? (replace ? DataFolder.RemoveDraft(old) : RemoveOld(before, old))) is { } busy)
                return busy;
            if (await fill(draft) is { } error)
                return DataFolder.RemoveDraft(draft) ?? error;
            Dress(draft);
            cancellationToken.ThrowIfCancellationRequested();
            if (before.Kind == DataFolderKind.Ready || (replace && Directory.Exists(Folder)))
                Directory.Move(Folder, old);
            DataFolder.Publish(draft, Folder, Settings.Durable);
            RememberPrimary();
            return DataFolder.RemoveDraft(old);
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return Errors.From(e, Folder, _account);
        }
    }

    /// <summary>A crash between the two renames leaves the old standby aside. It is read before it goes: only a standby can be had again.</summary>
    private PostgresError? RemoveOld(DataFolderFacts before, string old)
    {
        if (before.Kind == DataFolderKind.Ready || !Directory.Exists(old))
            return DataFolder.RemoveDraft(old);
        var facts = DataFolder.Read(old, _owner, _installation.Version.Major, _account);
        return facts is { Kind: DataFolderKind.Ready, IsStandby: true } ? DataFolder.RemoveDraft(old)
            : facts.Error ?? new PostgresError(PostgresFailure.OtherRole, $"{old} does not hold a standby's data, so it is kept: move it away.");
    }

    /// <summary>
    /// Says, beside the folder, that this primary was made: where its folder vanishes (deleted, a disk not mounted), an empty
    /// one is not made in its place as if nothing had been lost.
    /// </summary>
    public void RememberPrimary()
    {
        if (Settings.StandbyOf is null && !File.Exists(MadeMark))
            File.WriteAllText(MadeMark, "");
    }

    private string MadeMark => Folder + ".made";

    /// <summary>Writes what makes the copy this instance: its mark, its configuration, its role.</summary>
    private void Dress(string folder)
    {
        DataFolder.Write(folder, DataFolderMark.FileName, _owner.ToJson(), _account);
        if (Settings.StandbyOf is not null)
            DataFolder.Write(folder, DataFolder.StandbySignal, "", _account);
        else
            File.Delete(Path.Combine(folder, DataFolder.StandbySignal));
        WriteConfiguration(folder);
    }

    private void WriteConfiguration(string folder)
    {
        WriteCertificates();
        DataFolder.Write(folder, "postgresql.conf", PostgresConfiguration.Main(Settings, Folder), _account);
        DataFolder.Write(folder, "pg_hba.conf", PostgresConfiguration.Access(Settings), _account);
        if (Settings.StandbyOf is { } source)
            DataFolder.Write(folder, PostgresConfiguration.PassFile, PostgresConfiguration.Pass(source, _passwords), _account);
    }
}
