namespace Banyan.Services.Identity.Credentials;

/// <summary>A credential's place in a status list. Immutable.</summary>
/// <param name="List">The list's number.</param>
/// <param name="Entry">The bit, from 0.</param>
internal readonly record struct StatusEntry(int List, int Entry);
