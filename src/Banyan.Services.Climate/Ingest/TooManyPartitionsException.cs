namespace Banyan.Services.Climate.Ingest;

/// <summary>Readings lie in more different weeks than the cell keeps partitions for. A retry does not help; a greater limit or other times do.</summary>
internal sealed class TooManyPartitionsException()
    : Exception("The readings would need more weekly partitions than the cell keeps. Check the timestamps and the precision.");
