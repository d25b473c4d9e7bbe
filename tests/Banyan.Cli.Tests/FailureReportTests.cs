using Banyan.Cli.Output;
using Banyan.Control.Platform;

namespace Banyan.Cli.Tests;

public sealed class FailureReportTests : IDisposable
{
    private readonly StringWriter _error = new();
    private readonly Interruption _interruption = new();

    [Fact]
    public void Show_WhatTheUserCanMend_IsOneLineAndExit2()
    {
        Show(new PlatformException("port 8080 is taken: stop it")).ShouldBe(ExitCode.CouldNotRun);
        _error.ToString().ShouldBe("banyan: port 8080 is taken: stop it\n");
    }

    [Fact]
    public void Show_ManyProblems_ListsThemAboveTheLine()
    {
        Show(new CommandFailure("x.yaml has 2 problems") { Details = ["x.yaml:1:1: one", "x.yaml:2:1: two"] }).ShouldBe(ExitCode.CouldNotRun);
        _error.ToString().ShouldBe("x.yaml:1:1: one\nx.yaml:2:1: two\nbanyan: x.yaml has 2 problems\n");
    }

    [Fact]
    public void Show_ABug_SaysSoInOneLineAndKeepsTheDetailsInAFile()
    {
        Show(new InvalidOperationException("Sequence contains no elements.\nat somewhere")).ShouldBe(ExitCode.CouldNotRun);
        var line = _error.ToString().TrimEnd('\n');
        line.ShouldStartWith("banyan: this is a bug in banyan: InvalidOperationException: Sequence contains no elements; please report it with ");
        line.ShouldNotContain("\n");
        var file = line[line.LastIndexOf('/')..];
        var saved = Path.Combine(Path.GetTempPath(), file.TrimStart('/'));
        File.ReadAllText(saved).ShouldContain("at somewhere");
        File.Delete(saved);
    }

    public void Dispose()
    {
        _interruption.Dispose();
        _error.Dispose();
    }

    private ExitCode Show(Exception exception) =>
        FailureReport.Show(exception, new Terminal(TextWriter.Null, _error, colourOut: false, colourError: false), _interruption, TimeProvider.System);
}
