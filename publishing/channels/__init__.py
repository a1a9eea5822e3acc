"""The networks that posts go to: one file each, behind one contract (`base`) and one registry."""
