namespace Banyan.Cells.Hosting;

/// <summary>A cell can't start or go on; the message is one line that says what and what to do. Whether starting it again can help is <see cref="IsTransient"/>.</summary>
public sealed class CellException : Exception
{
    public CellException(string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True where the same cell may run when it is started again.</summary>
    public bool IsTransient { get; }
}
