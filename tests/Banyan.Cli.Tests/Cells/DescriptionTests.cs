using System.Reflection;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Banyan.Cli.Tests.Cells;

/// <summary><c>/openapi/v1.json</c> of a real cell with every service.</summary>
public sealed class DescriptionTests(WholeCell cell) : IClassFixture<WholeCell>
{
    private static readonly Type[] Bound = [typeof(string), typeof(int), typeof(int?), typeof(long), typeof(long?), typeof(Guid), typeof(Guid?), typeof(bool), typeof(bool?), typeof(DateTimeOffset), typeof(DateTimeOffset?)];

    /// <summary>What is read of something else than the request: of the path that logging in leads to.</summary>
    private static readonly string[] NotOfTheRequest = ["LoginPages reads redirect_uri", "LoginPages reads client_id"];

    [Fact]
    public async Task Document_OfEveryService_IsOpenApi31()
    {
        var (document, diagnostic) = OpenApiDocument.Parse(await JsonAsync(), OpenApiConstants.Json);
        diagnostic.ShouldNotBeNull().Errors.Select(static e => $"{e.Pointer}: {e.Message}").ShouldBeEmpty();
        diagnostic.Warnings.Select(static e => $"{e.Pointer}: {e.Message}").ShouldBeEmpty();
        diagnostic.SpecificationVersion.ShouldBe(OpenApiSpecVersion.OpenApi3_1);
        document.ShouldNotBeNull().Validate(ValidationRuleSet.GetDefaultRuleSet()).Select(static e => $"{e.Pointer}: {e.Message}").ShouldBeEmpty();
    }

    [Fact]
    public async Task Document_EveryEndpoint_HasTheParametersAndTheBodyThatAreChecked()
    {
        var document = OpenApiDocument.Parse(await JsonAsync(), OpenApiConstants.Json).Document.ShouldNotBeNull();
        var wrong = new List<string>();
        var described = cell.Endpoints.Where(static e => e.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription != true).ToList();
        described.Count.ShouldBeGreaterThan(60);
        foreach (var endpoint in described)
        {
            var path = string.Join('/', endpoint.RoutePattern.RawText!.Split('/').Select(static s => s.StartsWith('{') ? s.Split(':')[0].TrimEnd('}').Replace("*", "", StringComparison.Ordinal) + "}" : s));
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                if (!document.Paths.TryGetValue(path, out var item) || item.Operations?.GetValueOrDefault(new HttpMethod(method)) is not { } operation)
                {
                    wrong.Add($"{method} {path} is not there");
                    continue;
                }

                var said = (operation.Parameters ?? []).Where(static p => p.In == ParameterLocation.Query).Select(static p => p.Name!).Order(StringComparer.Ordinal).ToList();
                var checkedFor = endpoint.Metadata.GetOrderedMetadata<QueryParameter>().Select(static p => p.Name).Order(StringComparer.Ordinal).ToList();
                if (!said.SequenceEqual(checkedFor, StringComparer.Ordinal))
                    wrong.Add($"{method} {path} is checked for {string.Join(", ", checkedFor)}, but says {string.Join(", ", said)}");
                var body = endpoint.Metadata.GetMetadata<RequestBody>();
                var types = body?.ContentTypes.Order(StringComparer.Ordinal).ToList() ?? [];
                if (!types.SequenceEqual((operation.RequestBody?.Content?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal), StringComparer.Ordinal))
                    wrong.Add($"{method} {path} takes {string.Join(", ", types)}, but does not say so");
                if (operation.RequestBody is { } written && written.Required == body!.IsOptional)
                    wrong.Add($"{method} {path} says that its body must be there, or not, and does otherwise");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Endpoints_WhoseParametersTheFrameworkBinds_DescribeThem() =>
        cell.Endpoints.SelectMany(static e => (e.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [])
                .Where(p => Bound.Contains(p.ParameterType) && e.RoutePattern.Parameters.All(r => r.Name != p.Name))
                .Where(p => e.Metadata.GetOrderedMetadata<QueryParameter>().All(q => q.Name != p.Name))
                .Select(p => $"{e.DisplayName} binds {p.Name}"))
            .ShouldBeEmpty("add .TakesQuery(…) (docs/gateway.md)");

    [Fact]
    public void Sources_EveryParameterThatIsReadByName_IsDescribed()
    {
        var sources = ServiceSources.Read();
        sources.Files.Count(static f => f.Routes.Count > 0).ShouldBeGreaterThan(25);
        sources.Files.Sum(static f => f.Reads.Count).ShouldBeGreaterThan(40);
        var wrong = new List<string>();
        foreach (var file in sources.Files.Where(static f => f.Routes.Count > 0))
        {
            var endpoints = cell.Endpoints.Where(e => file.Routes.Contains(e.RoutePattern.RawText!)).ToList();
            if (endpoints.Count == 0 && sources.ReadsOf(file).Any())
                wrong.Add($"{file.Name} maps {string.Join(", ", file.Routes)}, which the cell does not have");
            var described = endpoints.SelectMany(static e => e.Metadata.GetOrderedMetadata<QueryParameter>().Concat(e.Metadata.GetMetadata<RequestBody>()?.Fields ?? [])).Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
            wrong.AddRange(sources.ReadsOf(file).Except(described).Select(name => $"{file.Name} reads {name}").Except(NotOfTheRequest));
        }

        wrong.ShouldBeEmpty("add it to .TakesQuery(…) or .TakesForm(…) (docs/gateway.md)");
        sources.Unknown().ShouldBeEmpty("these read a query in a way that this test does not see: teach it to");
    }

    private Task<string> JsonAsync() => cell.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
}
