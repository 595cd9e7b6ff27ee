"""Quality: how right decisions are. Samples of them are looked at again, blind; what is found is settled, told and learnt from."""
