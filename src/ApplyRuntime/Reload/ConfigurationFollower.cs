using System.Text;
using Delivery.ApplyRuntime.Settings;
using Delivery.FastData;
using Delivery.FastData.Storage;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Brings the configuration in use to what its file says. Loader thread only.</summary>
/// <remarks>
/// The whole file is read at each look and its content decides, never a time stamp. What cannot be used changes nothing and is
/// told once; a file that is empty or only half written is no JSON and is read again at the next look.
/// </remarks>
internal sealed class ConfigurationFollower(string file, ConfigurationSlot slot)
{
    private const int MaxBytes = 64 << 20;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ContentHash? _tried;
    private string? _trouble; // with reading the file

    /// <summary>Looks at the file. The problem, when there is one that was not told before.</summary>
    public string? Look()
    {
        try
        {
            var bytes = Read();
            _trouble = null;
            if (bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty) throw new IOException("It is empty. It must say {} when no model is to be applied."); // so is a file that is just being written
            var content = ContentHash.Of(bytes);
            if (content == _tried)
            {
                if (content == slot.Status.Content && slot.Status.Problems.Count > 0) slot.Accept();
                return null;
            }
            _tried = content;
            if (content == slot.Status.Content) slot.Accept();
            else slot.Set(ApplyConfiguration.Parse(Text(bytes), file), content);
            return null;
        }
        catch (InvalidApplyModelsException e)
        {
            slot.Refuse(e.Messages);
            return e.Messages.Count == 1 ? e.Messages[0] : $"{e.Messages[0]} ({e.Messages.Count - 1} more.)";
        }
        catch (Exception e) // no file may stop the loader
        {
            var message = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => $"{file}: it is not there.",
                UnauthorizedAccessException when Directory.Exists(file) => $"{file}: it is a folder; expected a file of settings.",
                _ => $"{file}: {e.Message}",
            };
            if (message == _trouble) return null;
            (_trouble, _tried) = (message, null);
            slot.Refuse([message]);
            return message;
        }
    }

    private byte[] Read()
    {
        using var stream = ForeignFile.Open(file, FileShare.ReadWrite | FileShare.Delete);
        if (stream is null) return [];
        if (stream.Length > MaxBytes) throw new IOException($"It has {stream.Length} bytes; expected at most {MaxBytes}.");
        var content = new byte[(int)stream.Length];
        var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false); // what is added meanwhile is seen at the next look
        return content[..length];
    }

    private string Text(byte[] bytes)
    {
        var text = bytes.AsSpan();
        if (text.StartsWith(Encoding.UTF8.Preamble)) text = text[Encoding.UTF8.Preamble.Length..];
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidApplyModelsException([new(ApplyModel.Section, "", "file", $"no UTF-8 at byte {e.Index}", "UTF-8")], file);
        }
    }
}
