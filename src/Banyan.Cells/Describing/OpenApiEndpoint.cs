using Banyan.Cells.Access;
using Banyan.Cells.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Banyan.Cells.Describing;

/// <summary><c>/openapi/v1.json</c>: what the cell's services offer, as OpenAPI 3.1. Made when first asked for, and then kept.</summary>
internal sealed class OpenApiEndpoint(IServiceProvider provider)
{
    private const string Document = "v1";
    private readonly Lock _lock = new();
    private Task<byte[]>? _made;

    public static void Add(IServiceCollection services, CellContext cell) => services.AddOpenApi(Document, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = $"{cell.Platform}: services of a region",
                Version = Document,
                Description = "Errors are application/problem+json (RFC 9457). A change may carry an Idempotency-Key; its answer names a receipt in Banyan-Receipt. A query parameter without a value counts as absent.",
            };
            document.Servers = [new OpenApiServer { Url = cell.PublicAddress.ToString().TrimEnd('/') }];
            DeclarePathParameters(document);
            RequestDescriber.WriteScheme(document);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            RequestDescriber.Write(operation, context.Document, context.Description.ActionDescriptor.EndpointMetadata);
            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoint = new OpenApiEndpoint(routes.ServiceProvider);
        routes.MapGet($"/openapi/{Document}.json", async context =>
        {
            var body = await endpoint.GetAsync().WaitAsync(context.RequestAborted);
            context.Response.ContentType = "application/openapi+json;version=3.1";
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }).Always().OpenToAll();
    }

    /// <summary>Endpoints that read their own path declare none of its parts; OpenAPI asks for each.</summary>
    private static void DeclarePathParameters(OpenApiDocument document)
    {
        foreach (var (path, item) in document.Paths)
        {
            foreach (var part in path.Split('/').Where(static p => p.StartsWith('{')).Select(static p => p.Trim('{', '}')))
            {
                foreach (var (_, operation) in item.Operations ?? [])
                {
                    operation.Parameters ??= [];
                    if (!operation.Parameters.Any(p => p.Name == part))
                        operation.Parameters.Add(new OpenApiParameter { Name = part, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
                }
            }
        }
    }

    private Task<byte[]> GetAsync()
    {
        lock (_lock)
            return _made is null or { IsFaulted: true } ? _made = Task.Run(MakeAsync) : _made;
    }

    private async Task<byte[]> MakeAsync()
    {
        var document = await provider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document).GetOpenApiDocumentAsync();
        using var stream = new MemoryStream();
        await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
        return stream.ToArray();
    }
}
