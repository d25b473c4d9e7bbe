using System.Text;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Catalog;

/// <summary>A field of a measurement. Immutable: a field keeps its number and its type for ever.</summary>
/// <param name="Number">Its number within the measurement, from 0; blocks name it so.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The type of its values.</param>
internal sealed record Field(int Number, string Name, FieldKind Kind)
{
    /// <summary>The name in UTF-8.</summary>
    public byte[] NameBytes { get; } = Encoding.UTF8.GetBytes(Name);
}
