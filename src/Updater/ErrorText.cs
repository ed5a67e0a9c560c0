using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.TrainingStore;

namespace Delivery.Updater;

/// <summary>An error as a record tells it.</summary>
internal static class ErrorText
{
    /// <summary>The message alone where it was written for people; for any other error its kind as well, without which such messages say little.</summary>
    public static string Of(Exception e) => e is ModelListException or FastDataException or UnsupportedFormatException or FolderBusyException or TrainingStoreException
        or IOException or UnauthorizedAccessException ? e.Message : $"{e.GetType().Name}: {e.Message}";
}
