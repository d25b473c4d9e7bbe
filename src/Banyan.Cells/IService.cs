using Banyan.Cells.Residency;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells;

/// <summary>
/// A service of the platform: an API, a schema, journal topics and background work, hosted by a cell. Services never
/// refer to each other; they meet through journal topics or public HTTP.
/// </summary>
/// <remarks>
/// From the container a service gets: <c>NpgsqlDataSource</c> (the partition's primary), <c>IJournal</c>,
/// <c>IJournalCursors</c>, <c>TimeProvider</c>, <c>IMeterFactory</c>, <see cref="CellContext"/>. Background work is an
/// <c>IHostedService</c>; it starts after every migration has run. Health is an <see cref="IServiceHealth"/>.
/// </remarks>
public interface IService
{
    /// <summary>The service's name in blueprints, routes, schema and metrics: lower case, one word.</summary>
    string Name { get; }

    /// <summary>The journal topics that it writes.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>Its database schema, oldest first; each runs once, in a transaction, in the order of its number.</summary>
    IReadOnlyList<SchemaMigration> Migrations { get; }

    /// <summary>What it says of its data: every table, topic and class of objects. Of what it says nothing, the strictest is assumed.</summary>
    ServiceData Data => ServiceData.None;

    /// <summary>Registers what it needs.</summary>
    void AddServices(IServiceCollection services, CellContext cell);

    /// <summary>Maps its endpoints.</summary>
    void MapEndpoints(IEndpointRouteBuilder routes);
}
