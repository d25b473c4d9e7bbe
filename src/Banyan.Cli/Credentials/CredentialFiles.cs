using System.Text;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Files;

namespace Banyan.Cli.Credentials;

/// <summary>Credentials in files, and on stdin.</summary>
internal static class CredentialFiles
{
    /// <summary>The credential or presentation of a file, or of stdin for <c>-</c>.</summary>
    /// <exception cref="CommandFailure">It can't be read.</exception>
    public static string ReadCredential(string file, TextReader input)
    {
        string text;
        if (file == "-")
        {
            var buffer = new char[CredentialChecker.LongestPresentation + 1];
            text = new string(buffer, 0, input.ReadBlock(buffer));
        }
        else
        {
            text = Encoding.UTF8.GetString(Read(file, CredentialChecker.LongestPresentation));
        }

        return text.Trim() is { Length: > 0 } found ? found : throw new CommandFailure($"{(file == "-" ? "stdin" : file)} is empty: it must hold a credential (a JWS, eyJ…)");
    }

    /// <exception cref="CommandFailure">It can't be read, or is too long.</exception>
    public static byte[] Read(string file, int longest)
    {
        try
        {
            return new FileInfo(file).Length <= longest ? File.ReadAllBytes(file) : throw new CommandFailure($"{file} is too long: at most {longest} bytes");
        }
        catch (FileNotFoundException)
        {
            throw new CommandFailure($"there is no file {file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {file}: {error.Message.TrimEnd('.')}");
        }
    }

    /// <exception cref="CommandFailure">It can't be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            DurableFile.Replace(file, Encoding.UTF8.GetBytes(text + "\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't write {file}: {error.Message.TrimEnd('.')}");
        }
    }
}
