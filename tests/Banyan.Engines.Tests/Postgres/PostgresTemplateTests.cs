using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public sealed class PostgresTemplateTests(Instances instances) : IClassFixture<Instances>
{
    [Fact]
    public async Task EnsureAsync_ManyAtOnce_MakeOne()
    {
        var root = Path.Combine(instances.Root, "together");
        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => EnsureAsync(root)));
        all.Select(t => t.ShouldBeValue().ReadSystemIdentifier()).Distinct().Count().ShouldBe(1);
        Directory.GetDirectories(root).Select(Path.GetFileName).ShouldBe([$"pg{instances.Installation.Version.Major}"]);
    }

    [Fact]
    public async Task EnsureAsync_OtherPasswordsOrPlatform_IsRefused()
    {
        var root = Path.GetDirectoryName(instances.Template.Folder)!;
        (await EnsureAsync(root)).ShouldBeValue();
        (await EnsureAsync(root, instances.Passwords with { Cell = new string('0', 32) })).ShouldFail(PostgresFailure.OtherPasswords);
        (await EnsureAsync(root, instanceId: "other")).ShouldFail(PostgresFailure.ForeignFolder);
    }

    [Fact]
    public async Task EnsureAsync_InterruptedBefore_BeginsAnew()
    {
        var root = Path.Combine(instances.Root, "interrupted");
        var draft = Path.Combine(root, $"pg{instances.Installation.Version.Major}.new");
        Directory.CreateDirectory(draft);
        File.WriteAllText(Path.Combine(draft, "PG_VERSION"), "1");
        (await EnsureAsync(root)).ShouldBeValue();
        Directory.Exists(draft).ShouldBeFalse();
    }

    [Fact]
    public void Template_AtRest_HoldsNoPasswordInClear()
    {
        foreach (var file in Directory.EnumerateFiles(instances.Template.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file).AsSpan();
            bytes.IndexOf(System.Text.Encoding.ASCII.GetBytes(instances.Passwords.Keeper)).ShouldBe(-1, file);
            bytes.IndexOf(System.Text.Encoding.ASCII.GetBytes(instances.Passwords.Cell)).ShouldBe(-1, file);
        }
    }

    private Task<PostgresResult<PostgresTemplate>> EnsureAsync(string root, PostgresPasswords? passwords = null, string? instanceId = null) =>
        PostgresTemplate.EnsureAsync(instances.Installation, instances.Account, root, instanceId ?? instances.InstanceId, passwords ?? instances.Passwords, durable: false);
}
