using Banyan.Blueprints.Access;

namespace Banyan.Blueprints.Tests.Access;

public class ActionPatternTests
{
    [Theory]
    [InlineData("*", "disaster.alerts.issue", true)]
    [InlineData("disaster.*", "disaster.alerts.issue", true)]
    [InlineData("disaster.alerts.*", "disaster.alerts.issue", true)]
    [InlineData("disaster.alerts.issue", "disaster.alerts.issue", true)]
    [InlineData("*.*.issue", "disaster.alerts.issue", true)]
    [InlineData("*.alerts.*", "disaster.alerts.issue", true)]
    [InlineData("disaster.*.issue", "disaster.alerts.issue", true)]
    [InlineData("disaster.alerts.issue", "disaster.alerts.issued", false)]
    [InlineData("disaster.alerts.*", "disaster.alert.issue", false)]
    [InlineData("disaster.*", "disasters.alerts.issue", false)]
    [InlineData("*.*.read", "disaster.alerts.issue", false)]
    [InlineData("disaster.alerts.*", "disaster.alerts", false)]
    [InlineData("*", "", false)]
    [InlineData("*", "disaster", false)]
    [InlineData("disaster.alerts.*", "disaster.alerts.issue.now", false)]
    public void Matches_Action_AsItsWordsSay(string pattern, string action, bool matches) => ActionPattern.TryParse(pattern).ShouldNotBeNull().Matches(action).ShouldBe(matches);

    [Theory]
    [InlineData("")]
    [InlineData("disaster")]
    [InlineData("disaster.alerts")]
    [InlineData("disaster.alerts.issue.now")]
    [InlineData("disaster.al*.issue")]
    [InlineData("Disaster.alerts.issue")]
    [InlineData("disaster..issue")]
    [InlineData(".alerts.issue")]
    [InlineData("**")]
    [InlineData("disaster.alerts.-x")]
    [InlineData("disaster.alerts.issue ")]
    public void TryParse_NoPattern_IsNull(string text) => ActionPattern.TryParse(text).ShouldBeNull();

    [Theory]
    [InlineData("disaster.alerts.issue", true)]
    [InlineData("disaster.alerts.*", false)]
    [InlineData("disaster.*.issue", false)]
    [InlineData("disaster.alerts", false)]
    public void IsAction_Text_OnlyWhereEachWordIsNamed(string text, bool isAction) => ActionPattern.IsAction(text).ShouldBe(isAction);

    /// <summary>Scopes are matched as text; patterns as they were read.</summary>
    [Fact]
    public void Matches_AsTextAndAsPattern_Agree()
    {
        string[] words = ["a", "b", "*"];
        var actions = (from x in words[..2] from y in words[..2] from z in words[..2] select $"{x}.{y}.{z}").Append("a").Append("a.b").Append("a.b.a.b").Append("").ToList();
        var patterns = (from x in words from y in words from z in words select $"{x}.{y}.{z}").Concat(from x in words from y in words select $"{x}.{y}").Concat(words);
        foreach (var pattern in patterns)
        {
            foreach (var action in actions)
            {
                var expected = ActionPattern.TryParse(pattern)?.Matches(action) ?? false;
                if (ActionPattern.IsAction(action))
                    ActionPattern.Matches(pattern, action).ShouldBe(expected, $"{pattern} of {action}");
            }
        }
    }
}
