using System.Text;

namespace Delivery.FastData.Signing;

/// <summary>
/// Which keys may sign, for what and when: the file that <c>ssh-keygen -Y verify -f</c> and <c>gpg.ssh.allowedSignersFile</c> of git
/// read (ssh-keygen(1), ALLOWED SIGNERS). Immutable. A file with a single bad line is refused whole.
/// </summary>
public sealed class AllowedSigners
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private readonly IReadOnlyList<AllowedSigner> _signers;

    private AllowedSigners(string path, IReadOnlyList<AllowedSigner> signers) => (Path, _signers) = (path, signers);

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>How many keys it has.</summary>
    public int Count => _signers.Count;

    /// <summary>Reads the file as it stands now.</summary>
    /// <exception cref="UntrustedException">It is not there, cannot be read, or has a bad line: the message says which.</exception>
    public static AllowedSigners Load(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var content = new byte[Math.Min(file.Length, MaxBytes) + 1];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return Parse(content.AsSpan(0, length), path, TimeZoneInfo.Local);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UntrustedException($"{path}: there is no such file of allowed signers, so no signature can be trusted.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UntrustedException($"{path}: the file of allowed signers cannot be read, so no signature can be trusted: {e.Message}", e);
        }
    }

    /// <param name="content">The whole file.</param>
    /// <param name="path">For the messages.</param>
    /// <param name="zone">Of times without a <c>Z</c>.</param>
    /// <exception cref="UntrustedException">It has a bad line, or no signer.</exception>
    public static AllowedSigners Parse(ReadOnlySpan<byte> content, string path, TimeZoneInfo zone)
    {
        if (content.Length > MaxBytes) throw new UntrustedException($"{path}: it has more than {MaxBytes} bytes.");
        var signers = new List<AllowedSigner>();
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            number++;
            var text = line.Trim(' ', '\t', '\r');
            if (text.Length == 0 || text[0] == '#') continue;
            try
            {
                signers.Add(AllowedSigner.Parse(text, number, zone));
            }
            catch (FormatException e)
            {
                throw new UntrustedException($"{path}:{number}: {e.Message}", e);
            }
        }
        return signers.Count > 0 ? new AllowedSigners(path, signers) : throw new UntrustedException($"{path}: it allows nobody; a line 'principals [options] type key' was expected.");
    }

    /// <summary>The line that allows a key to sign.</summary>
    /// <param name="key">The key of a signature.</param>
    /// <param name="purpose">The namespace of that signature.</param>
    /// <param name="at">When it is looked at.</param>
    /// <exception cref="UntrustedException">No line does: the message says why, of the line that comes nearest.</exception>
    public AllowedSigner Require(SshPublicKey key, string purpose, DateTimeOffset at)
    {
        var ofKey = _signers.Where(signer => signer.Key.Equals(key)).ToList();
        if (ofKey.Count == 0) throw new UntrustedException($"the key {key.Fingerprint} is not allowed: it does not stand in {Path}.");
        foreach (var signer in ofKey)
        {
            if (signer.Refusal(purpose, at) is null) return signer;
        }
        throw new UntrustedException($"the key {key.Fingerprint} is not allowed: {Path}:{ofKey[0].Line}: {ofKey[0].Refusal(purpose, at)}");
    }
}
