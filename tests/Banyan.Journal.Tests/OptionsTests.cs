namespace Banyan.Journal.Tests;

public class OptionsTests
{
    private static readonly JournalOptions Defaults = new() { Partition = "p" };

    [Fact]
    public void Validate_WrongOptions_NamesEachProblem()
    {
        var options = Defaults with { Epoch = 0, Retention = TimeSpan.Zero, MoveLimit = 0 };
        options.Validate().Count.ShouldBe(3);
        Defaults.Validate().ShouldBeEmpty();
    }

    [Fact]
    public void Apply_Settings_AreTaken() =>
        JournalSettings.Apply(Defaults, new Dictionary<string, string> { ["climate:retention"] = "?", ["journal:retention"] = "7d", ["journal:retention_limit"] = "1y", ["journal:idempotency_retention"] = "36h" })
            .ShouldBe(Defaults with { Retention = TimeSpan.FromDays(7), RetentionLimit = TimeSpan.FromDays(365), IdempotencyRetention = TimeSpan.FromHours(36) });

    [Fact]
    public void Apply_Forever_IsAValidRetention() =>
        JournalSettings.Apply(Defaults, new Dictionary<string, string> { ["journal:retention"] = "forever" }).Validate().ShouldBeEmpty();

    [Theory]
    [InlineData("journal:retention", "")]
    [InlineData("journal:retention", "d")]
    [InlineData("journal:retention", "30")]
    [InlineData("journal:retention", "30 days")]
    [InlineData("journal:retention", "-1d")]
    [InlineData("journal:retention", "99999999999999999d")]
    [InlineData("journal:retentoin", "30d")]
    public void Apply_WrongSetting_IsRefusedByName(string name, string value) =>
        Should.Throw<ArgumentException>(() => JournalSettings.Apply(Defaults, new Dictionary<string, string> { [name] = value })).Message.ShouldContain(name);
}
