using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Chain;
using Banyan.Cli.Output;
using Banyan.Control.Chain.Governing;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain key next</c> and <c>replace</c>: another key for an account whose own was lost or stolen. Asks no chain, and never shows a key.</summary>
internal sealed class ChainKeyVerb : Verb
{
    private readonly bool _replace;
    private readonly Argument<string> _name = new("KEY") { Description = "keeper-REGION or organisation-REGION" };
    private readonly Option<bool> _yes = new("--yes") { Description = "It is meant: the organisations have given the account of the next key its rights" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public ChainKeyVerb(bool replace)
        : base(replace ? "replace" : "next", replace ? "Puts the next key in the place of the present one, which is kept beside it" : "Makes the key that is to come, and says its account")
    {
        _replace = replace;
        Add(_name);
        foreach (var option in (Option[])[.. replace ? (Option[])[_yes] : [], _data, _format])
            Add(option);
        Validators.Add(result =>
        {
            if (replace && !result.GetValue(_yes))
                result.AddError("replace gives up the present key: say --yes once the proposal is carried out");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples => _replace
        ? [("banyan chain key replace keeper-accra --yes", "after `chain execute` of its replace-keeper; the keeper uses it at its next attempt")]
        : [("banyan chain key next keeper-accra", "then: banyan chain propose replace-keeper accra --as ORGANISATION")];

    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        var name = input.GetRequiredValue(_name);
        ChainKeyAnswer answer;
        try
        {
            answer = _replace ? new(name, null, GovernanceDesk.ReplaceKey(platform, data, name)) : new(name, GovernanceDesk.NextKey(platform, data, name), null);
        }
        catch (ChainException failure)
        {
            throw new CommandFailure(failure.Message);
        }

        context.Terminal.Out.WriteLine(input.GetValue(_format) == OutputFormat.Json ? JsonSerializer.Serialize(answer, ChainAnswerJson.Default.ChainKeyAnswer)
            : answer.Account is { } account ? $"the next key of {name} has the account {account}"
            : $"{name} is another key from now on; the former is {answer.Former}");
        return Task.FromResult(ExitCode.Holds);
    }
}
