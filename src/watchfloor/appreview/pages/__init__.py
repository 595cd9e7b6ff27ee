"""The screens: the queue, an application, the apps, and the developer's page behind a secret link."""
